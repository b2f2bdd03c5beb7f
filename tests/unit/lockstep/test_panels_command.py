"""Panels of a room from the command line: made, listed, withdrawn."""

from __future__ import annotations

from tests.unit.lockstep.console import Console


def test_a_panel_is_made_and_its_address_told_in_one_piece(console: Console) -> None:
    room = console.does(console.office.room())
    address = console.says("panels", "make", "Matterhorn", "left of the door", columns=240).splitlines()[-1]
    assert address.startswith(f"https://lockstep.example/api/panel/{room}#token=")
    token = address.partition("=")[2]
    seen = console.does(
        console.office.ask("GET", f"/api/panel/{room}/door", headers={"x-lockstep-panel": token})
    )  # fmt: skip
    assert seen["name"] == "Matterhorn"
    assert token not in console.says("panels", "list", "Matterhorn")


def test_panels_are_listed_with_when_they_asked_last(console: Console) -> None:
    console.does(console.office.room())
    assert console.says("panels", "list", "Matterhorn") == "No panel stands at this door.\n"
    console.says("panels", "make", "Matterhorn", "lobby", "--books-as", "Walk-in", columns=240)
    shown = console.says("panels", "list", "Matterhorn")
    assert "lobby" in shown
    assert "Walk-in" in shown
    assert "never" in shown


def test_a_panel_is_withdrawn_by_its_name(console: Console) -> None:
    console.does(console.office.room())
    console.says("panels", "make", "Matterhorn", "left of the door", columns=240)
    console.says("panels", "withdraw", "Matterhorn", "left of the door")
    assert console.run("panels", "list", "Matterhorn", "--json").json == []


def test_one_that_is_not_there_is_refused_in_a_sentence(console: Console) -> None:
    console.does(console.office.room())
    assert "there is no panel" in console.refuses("panels", "withdraw", "Matterhorn", "lobby")


def test_of_two_with_one_name_none_is_withdrawn(console: Console) -> None:
    console.does(console.office.room())
    for _ in range(2):
        console.says("panels", "make", "Matterhorn", "lobby", columns=240)
    console.refuses("panels", "withdraw", "Matterhorn", "lobby")
    assert len(console.run("panels", "list", "Matterhorn", "--json").json) == 2

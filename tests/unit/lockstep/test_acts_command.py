"""Who ordered what, as the command line shows it."""

from __future__ import annotations

from tests.unit.lockstep.console import Console


def test_acts_are_shown_the_latest_first_with_what_they_changed(console: Console) -> None:
    room = console.does(console.office.room())
    console.says("resources", "set", "Matterhorn", "--set", "buffer_minutes=15")
    console.settle()
    console.says("pause", "Matterhorn")
    shown = " ".join(console.says("acts").split())
    assert shown.index("pause") < shown.index("policy") < shown.index("link")
    assert "buffer_minutes 0 → 15" in shown
    assert "Matterhorn" in shown
    assert console.run("acts", "--json").json[0]["what"] == "pause"
    assert room


def test_at_80_columns_a_change_stands_below_its_act_in_whole_lines(console: Console) -> None:
    console.does(console.office.room())
    for setting in ("buffer_minutes=15", "check_in_minutes=20", "settle_seconds=30"):
        console.says("resources", "set", "Matterhorn", "--set", setting)
    console.settle()
    console.says("pause", "Matterhorn")
    lines = console.says("acts").splitlines()
    assert max(map(len, lines)) <= 80
    (place,) = [number for number, line in enumerate(lines) if "check_in_minutes 0 → 20" in line]
    assert "Matterhorn" in lines[place - 1]
    assert len(lines) <= 12


def test_on_a_wide_terminal_acts_are_a_table(console: Console) -> None:
    console.does(console.office.room())
    console.says("pause", "Matterhorn")
    head, *rows = console.says("acts", columns=160).splitlines()
    assert head.split() == ["when", "who", "what", "about", "change"]
    assert any("pause" in row and "Matterhorn" in row for row in rows)


def test_acts_of_one_room_and_of_one_person(console: Console) -> None:
    console.does(console.office.room())
    console.says("retry", "--all")
    assert "link" in console.says("acts", "--room", "Matterhorn")
    who = console.run("acts", "--json").json[0]["who"]["id"]
    assert [each["what"] for each in console.run("acts", "--who", who, "--json").json] == ["retry", "link"]
    assert console.says("acts", "--who", "nobody") == "Nobody ordered anything that is kept.\n"


def test_what_was_refused_says_so(console: Console) -> None:
    console.does(console.office.room())
    console.refuses("resources", "link", "matterhorn@contoso.example")
    assert "(refused)" in console.says("acts")


def test_a_list_that_is_cut_off_says_how_to_go_on(console: Console) -> None:
    console.does(console.office.room())
    console.says("pause", "Matterhorn")
    first = console.run("acts", "--json").json
    said = " ".join(console.says("acts", "--limit", "1").split())
    assert f"--after {first[0]['id']}" in said
    rest = console.run("acts", "--after", first[0]["id"], "--json").json
    assert [each["id"] for each in rest] == [each["id"] for each in first[1:]]

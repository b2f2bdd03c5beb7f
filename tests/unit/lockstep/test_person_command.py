"""What is kept of one person, as the command line shows and erases it."""

from __future__ import annotations

from datetime import timedelta

from tests.doubles.world import BEN
from tests.unit.lockstep.console import Console

DESK = "/api/platform/resources/matterhorn/bookings"
MORNING = {"start": "2026-11-23T09:00:00Z", "end": "2026-11-23T10:00:00Z", "organiser": BEN.address, "title": "Knee"}


def booked(console: Console) -> None:
    console.does(console.office.room())
    console.does(console.office.ask("POST", DESK, MORNING))
    console.settle()


def test_it_shows_what_is_kept_and_what_stands(console: Console) -> None:
    booked(console)
    shown = " ".join(console.says("person", "show", BEN.address).split())
    assert "Knee stands" in shown
    assert "Directory: nobody is known at this address." in shown
    assert console.run("person", "show", BEN.address, "--json").json["places"][0]["name"] == "Matterhorn"


def test_it_shows_before_it_erases_and_asks(console: Console) -> None:
    booked(console)
    console.office.world.clock.advance(timedelta(days=10))
    declined = console.run("person", "erase", BEN.address, answering="n\n")
    assert declined.code == 1
    assert "Knee" in declined.out
    assert "Erased: bookings 1, series 0" in console.says("person", "erase", BEN.address, answering="y\n")
    assert "Bookings: none names them." in console.says("person", "show", BEN.address)


def test_what_still_stands_is_said(console: Console) -> None:
    booked(console)
    said = " ".join(console.says("person", "erase", BEN.address, "--yes").split())
    assert "Erased: bookings 0," in said
    assert "Needed and kept: bookings 1;" in said

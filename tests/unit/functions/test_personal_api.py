"""What is kept of one person is shown and erased; what both sides still need stays, and says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.app.follow_people import follow_people
from shared.domain.people import Member, UserId
from tests.doubles.world import BEN, World
from tests.unit.functions.calling.office import Office

DESK = "/api/platform/resources/matterhorn/bookings"
BEN_ID = UserId("bbbbbbbb-0000-0000-0000-00000000000b")
MORNING = {"start": "2026-11-23T09:00:00Z", "end": "2026-11-23T10:00:00Z"}
LATER = {"start": "2026-12-23T09:00:00Z", "end": "2026-12-23T10:00:00Z"}
BENS = {"organiser": BEN.address, "title": "Knee surgery"}


@pytest.fixture
async def staffed() -> Office:
    """An app that follows a directory with Ben, the room linked, with one booking of his and one of somebody else."""
    office = Office(World(follows_people=True))
    office.world.people.add(Member(BEN_ID, BEN.address, BEN.name, aliases=("ben@contoso.example",)))
    await follow_people(office.outside)
    await office.room()
    await office.ask("POST", DESK, {**MORNING, **BENS})
    other = {"start": "2026-11-23T12:00:00Z", "end": "2026-11-23T13:00:00Z", "organiser": "eva@contoso.example"}
    await office.ask("POST", DESK, {**other, "title": "Fire drill"})
    await office.world.settle()
    return office


async def kept(office: Office, address: str = BEN.address) -> Any:
    return await office.ask("POST", "/api/people/data", {"address": address})


async def bookings(office: Office, address: str = BEN.address) -> list[Any]:
    return [each for place in (await kept(office, address))["places"] for each in place["bookings"]]


async def erased(office: Office, **more: object) -> Any:
    return await office.ask("POST", "/api/people/erasure", {"address": BEN.address, **more})


async def pass_days(office: Office, days: int) -> None:
    office.world.clock.advance(timedelta(days=days))
    await office.ask("POST", "/api/sweep")
    await office.world.settle()


def stored(office: Office) -> str:
    """Everything that the platform keeps, as text."""
    store = office.store
    return str([store._rows(table, of) for table in ("platformbookings",) for of in store.partitions(table)])


class TestShown:
    async def test_by_any_address_with_the_directory_and_every_booking(self, staffed: Office) -> None:
        told = await kept(staffed, "BEN@contoso.example")
        assert (told["directory"]["name"], told["directory"]["active"]) == (BEN.name, True)
        (place,) = told["places"]
        assert (place["name"], [each["title"] for each in place["bookings"]]) == ("Matterhorn", ["Knee surgery"])
        assert place["bookings"][0]["over"] is False

    async def test_the_title_of_a_private_booking_is_not_shown_to_an_administrator(self, staffed: Office) -> None:
        await staffed.ask("POST", DESK, {**LATER, **BENS, "private": True})
        assert [(each["title"], each["private"]) for each in await bookings(staffed)] == [
            ("Knee surgery", False),
            ("", True),
        ]

    async def test_somebody_the_directory_does_not_know_is_found_by_the_address_of_their_bookings(
        self, staffed: Office
    ) -> None:
        told = await kept(staffed, "eva@contoso.example")
        assert told["directory"] is None
        assert len(await bookings(staffed, "eva@contoso.example")) == 1

    async def test_nobody_is_nobody(self, staffed: Office) -> None:
        assert (await kept(staffed, "nobody@contoso.example"))["places"] == []


class TestErased:
    async def test_what_stands_stays_and_is_counted(self, staffed: Office) -> None:
        done = await erased(staffed)
        assert (done["bookings"], done["not_over"]) == (0, 1)
        assert "Knee surgery" in stored(staffed)

    async def test_what_is_over_for_both_sides_is_gone_from_every_row_and_its_time_stays(self, staffed: Office) -> None:
        await pass_days(staffed, 10)
        done = await erased(staffed)
        assert (done["bookings"], done["not_over"]) == (1, 0)
        assert BEN.address not in stored(staffed)
        assert "Knee surgery" not in stored(staffed)
        assert "Fire drill" in stored(staffed)
        listed = (await staffed.ask("GET", f"{DESK}?day=2026-11-23"))["bookings"]
        his = listed[0]
        assert (his["start"], his["organiser"], his["title"]) == (MORNING["start"], None, "")
        assert await bookings(staffed) == []
        assert (await erased(staffed))["bookings"] == 0

    async def test_nothing_that_is_struck_is_taken_for_an_edit(self, staffed: Office) -> None:
        await pass_days(staffed, 10)
        before = staffed.world.on_calendar()
        await erased(staffed)
        for verb in ("rebase", "prove"):
            await staffed.ask("POST", f"/api/resources/{staffed.world.resource_id}/commands", {"verb": verb})
            await staffed.world.settle()
        told = await staffed.ask("GET", f"/api/resources/{staffed.world.resource_id}")
        assert (told["state"], told["open_steps"], staffed.world.on_calendar()) == ("in step", 0, before)

    async def test_a_cancelled_booking_and_its_reason_go_as_well(self, staffed: Office) -> None:
        made = await staffed.ask("POST", DESK, {**LATER, **BENS})
        await staffed.ask("DELETE", f"{DESK}/{made['id']}?reason=Ben%20is%20ill")
        await pass_days(staffed, 60)
        assert (await erased(staffed))["bookings"] == 2
        assert "Ben is ill" not in stored(staffed)

    async def test_a_series_goes_once_its_last_date_is_over(self, staffed: Office) -> None:
        weekly = {"recurrence": {"rule": "FREQ=WEEKLY;COUNT=3", "zone": "Europe/Zurich"}}
        start = {"start": "2026-11-24T14:00:00Z", "end": "2026-11-24T15:00:00Z"}
        await staffed.ask("POST", DESK, {**start, **BENS, **weekly})
        await pass_days(staffed, 10)
        assert (await erased(staffed))["series"] == 0
        await pass_days(staffed, 30)
        done = await erased(staffed)
        assert (done["bookings"], done["series"], done["not_over"]) == (2, 1, 0)
        assert BEN.address not in stored(staffed)

    async def test_many_bookings_are_struck_in_as_many_transactions_as_they_need(self, staffed: Office) -> None:
        first = datetime(2026, 11, 23, 14, tzinfo=UTC)
        for number in range(40):
            at = first + timedelta(minutes=10 * number)
            times = {"start": f"{at:%Y-%m-%dT%H:%M:%SZ}", "end": f"{at + timedelta(minutes=10):%Y-%m-%dT%H:%M:%SZ}"}
            await staffed.ask("POST", DESK, {**times, **BENS})
        await pass_days(staffed, 10)
        assert (await erased(staffed))["bookings"] == 41
        assert BEN.address not in stored(staffed)


class TestDirectory:
    async def test_the_row_of_somebody_active_stays_because_entra_has_it(self, staffed: Office) -> None:
        assert (await erased(staffed, directory=True))["directory"] == "active"

    async def test_the_row_of_a_leaver_stays_while_coming_bookings_name_them(self, staffed: Office) -> None:
        await leave(staffed)
        assert (await erased(staffed, directory=True))["directory"] == "named"

    async def test_the_row_of_a_leaver_is_erased_once_nothing_names_them(self, staffed: Office) -> None:
        await leave(staffed)
        await pass_days(staffed, 10)
        assert (await erased(staffed, directory=True))["directory"] == "erased"
        assert (await kept(staffed))["directory"] is None
        assert (await staffed.ask("GET", "/api/people"))["people"] == []


async def leave(office: Office) -> None:
    office.world.people.remove(BEN_ID)
    await office.ask("POST", "/api/people/follow")
    await office.world.settle()


class TestActs:
    async def test_whoever_looks_and_whoever_erases_is_written_down_and_the_person_is_not_named(
        self, staffed: Office
    ) -> None:
        await kept(staffed)
        await erased(staffed)
        (erasing, looking) = (await staffed.ask("GET", "/api/acts?limit=2"))["acts"]
        assert (erasing["what"], looking["what"]) == ("erase_person", "show_person")
        assert looking["after"]["person"] == BEN_ID
        assert BEN.address not in str((erasing, looking))


@pytest.mark.parametrize("body", [{}, {"address": "Ben"}, {"address": "b@x.example", "directory": True, "after": "x"}])
async def test_what_makes_no_sense_is_refused(staffed: Office, body: Any) -> None:
    assert (await staffed.send("POST", "/api/people/erasure", body)).status == 400

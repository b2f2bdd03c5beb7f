"""Series to which nobody comes, over the API: released again and again on the platform, or in Outlook."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.adapters.holidays.regions import PublicHolidays
from tests.doubles.world import MONDAY, ROOM, at
from tests.unit.functions.calling.office import Office

BOOKINGS = "/api/platform/resources/matterhorn/bookings"
DAYS = 5


async def room_of(office: Office, **policy: object) -> str:
    room = await office.room(check_in_minutes=10, **policy)
    office.world.clock.set(datetime(2026, 11, 23, 6, tzinfo=UTC))
    return room


async def daily(office: Office) -> None:
    """A meeting of the platform every day from Monday to Friday."""
    times = {"start": "2026-11-23T09:00:00Z", "end": "2026-11-23T10:00:00Z"}
    rule = {"rule": f"FREQ=DAILY;COUNT={DAYS}", "zone": "Europe/Zurich"}
    owner = {"address": "ben.walters@contoso.example", "name": "Ben Walters"}
    await office.ask("POST", BOOKINGS, {**times, "title": "Stand-up", "organiser": owner, "recurrence": rule})
    await office.world.settle()


async def pass_days(office: Office, days: int) -> None:
    """Let days pass, each looked at in the morning as sweeps do."""
    for _ in range(days):
        await office.world.sweep()
        await office.world.later(hours=24)


async def found(office: Office) -> list[Any]:
    shown: list[Any] = (await office.ask("GET", "/api/no-shows"))["no_shows"]
    return shown


async def test_a_series_of_the_platform_that_is_released_day_after_day_is_reported(office: Office) -> None:
    await room_of(office)
    await daily(office)
    await pass_days(office, 2)
    assert await found(office) == []
    await pass_days(office, 1)
    (shown,) = await found(office)
    assert (shown["times"], shown["since"], shown["last"]) == (3, "2026-11-23", "2026-11-25")
    assert (shown["name"], shown["title"], shown["organiser"]["name"]) == ("Matterhorn", "Stand-up", "Ben Walters")


async def test_the_release_that_makes_it_a_row_is_told_with_its_number_in_the_story_of_that_booking(
    office: Office,
) -> None:
    room = await room_of(office, titles="full")
    await daily(office)
    await pass_days(office, 4)
    told = [
        each["facts"]["times"]
        for each in (await office.ask("GET", f"/api/resources/{room}/decisions?limit=200"))["decisions"]
        if each["code"] == "missed_again"
    ]
    assert told == ["4", "3"]
    listed = await office.ask("GET", f"{BOOKINGS}?day=2026-11-25&cancelled=true")
    booking = listed["bookings"][0]["id"]
    history = (await office.ask("GET", f"/api/resources/{room}/why?booking={booking}"))["history"]
    assert [each["code"] for each in history][-2:] == ["released", "missed_again"]
    assert history[-1]["sentence"] == "Nobody has come to this series 3 times in a row."


async def test_a_row_in_outlook_is_told_too_and_one_that_was_interrupted_is_not(office: Office) -> None:
    room = await room_of(office, no_shows_reported_after=2)
    whens = [at("09:00", "10:00", MONDAY + timedelta(days=day)) for day in range(DAYS)]
    office.world.calendar.outlook.invite_series(ROOM, whens)
    await office.world.notify()
    await pass_days(office, 1)
    listed = (await office.ask("GET", f"{BOOKINGS}?day=2026-11-24"))["bookings"]
    office.world.clock.set(datetime(2026, 11, 24, 9, tzinfo=UTC))
    await office.ask("POST", f"{BOOKINGS}/{listed[0]['id']}/check-in")
    await pass_days(office, 3)
    decisions = (await office.ask("GET", f"/api/resources/{room}/decisions?limit=200"))["decisions"]
    told = [(each["at"][:10], each["facts"]["times"]) for each in decisions if each["code"] == "missed_again"]
    assert told == [("2026-11-26", "2")]


async def test_a_series_of_outlook_is_reported_by_its_own_event(office: Office) -> None:
    await room_of(office)
    whens = [at("09:00", "10:00", MONDAY + timedelta(days=day)) for day in range(DAYS)]
    office.world.calendar.outlook.invite_series(ROOM, whens)
    await office.world.notify()
    await pass_days(office, 4)
    (shown,) = await found(office)
    assert (shown["times"], shown["series"].partition(":")[0]) == (4, "calendar")


async def test_one_to_which_somebody_came_begins_the_row_anew(office: Office) -> None:
    await room_of(office)
    await daily(office)
    await pass_days(office, 2)
    listed = (await office.ask("GET", f"{BOOKINGS}?day=2026-11-25"))["bookings"]
    office.world.clock.set(datetime(2026, 11, 25, 9, tzinfo=UTC))
    await office.ask("POST", f"{BOOKINGS}/{listed[0]['id']}/check-in")
    await pass_days(office, 3)
    assert await found(office) == []


async def test_a_public_holiday_of_the_building_is_not_counted(office: Office) -> None:
    await room_of(office)
    await daily(office)
    await pass_days(office, 3)
    tuesday_off = PublicHolidays({"*": frozenset({date(2026, 11, 24)})})
    office.world.outside = replace(office.world.outside, holidays=tuesday_off)
    assert await found(office) == []


async def test_how_often_in_a_row_is_the_policys_and_none_reports_nothing(office: Office) -> None:
    room = await room_of(office, no_shows_reported_after=1)
    await daily(office)
    await pass_days(office, 1)
    assert [each["times"] for each in await found(office)] == [1]
    settings = {"verb": "policy", "settings": {"no_shows_reported_after": 0}}
    await office.ask("POST", f"/api/resources/{room}/commands", settings)
    await office.world.settle()
    assert await found(office) == []


async def test_where_nobody_has_to_check_in_nothing_counts(office: Office) -> None:
    await office.room()
    office.world.clock.set(datetime(2026, 11, 23, 6, tzinfo=UTC))
    await daily(office)
    await pass_days(office, 5)
    assert await found(office) == []

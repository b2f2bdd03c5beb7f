"""Moving to another room: the new booking stands before the old one goes; what breaks off half way loses neither."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.spans import Timed
from tests.unit.functions.calling.building import BEN, CARLA, MORNING, NOON, Building, hours
from tests.unit.functions.calling.office import Office

Json = Any
WEEKLY = {"rule": "FREQ=WEEKLY;COUNT=4"}
MONDAYS = ["2026-11-23", "2026-11-30", "2026-12-07", "2026-12-14"]
MONTH = "from=2026-11-22T00:00:00Z&to=2026-12-30T00:00:00Z"


@pytest.fixture
async def building(office: Office) -> Building:
    return await Building(office).open()


def order(building: Building, to: str, **more: object) -> Json:
    return {"room": building.ids[to], **more}


async def move(building: Building, made: Json, to: str, scope: str = "one", **more: object) -> Json:
    here = f"{building.bookings()}/{made['id']}/move?scope={scope}"
    return await building.office.ask("POST", here, order(building, to, **more), BEN)


async def refused(building: Building, made: Json, to: str, scope: str = "one", **more: object) -> Json:
    here = f"{building.bookings()}/{made['id']}/move?scope={scope}"
    found = await building.office.send("POST", here, order(building, to, **more), BEN)
    assert found.status == 409, f"{found.status} {found.body}"
    return found.body


async def mine(building: Building, who: Json = BEN) -> list[tuple[str, str]]:
    """The room and the start of each of one's own bookings of the coming month."""
    found = (await building.office.ask("GET", f"/api/book/mine?{MONTH}", None, who))["bookings"]
    return [(each["room"]["name"], each["start"]) for each in found]


def nines(room: str, days: list[str] = MONDAYS, at: str = "09:00") -> list[tuple[str, str]]:
    return [(room, f"{day}T{at}:00Z") for day in days]


class TestOneBooking:
    async def test_it_stands_in_the_other_room_as_it_was_and_on_both_sides(self, building: Building) -> None:
        made = await building.book(MORNING, title="Workshop", private=True)
        await building.settle()
        moved = await move(building, made, "moench")
        assert (moved["gone"], moved["stay"]) == (True, [])
        assert (moved["booking"]["room"]["name"], moved["booking"]["private"]) == ("Moench", True)
        await building.settle()
        assert await mine(building) == nines("Moench", MONDAYS[:1])
        (known,) = await building.mine()
        assert known["standing"] == "confirmed"
        assert building.office.world.on_calendar() == ()

    async def test_it_goes_to_another_room_at_another_time(self, building: Building) -> None:
        made = await building.book(MORNING)
        await move(building, made, "eiger", **NOON)
        assert await mine(building) == [("Eiger", NOON["start"])]

    async def test_a_room_that_does_not_take_it_leaves_it_where_it_is_and_says_what_would(
        self, building: Building
    ) -> None:
        await building.book(MORNING, "moench", who=CARLA)
        made = await building.book(MORNING)
        body = await refused(building, made, "moench", people=4)
        assert (body["error"]["code"], body["without"]) == ("taken", [])
        assert "Moench is taken" in body["error"]["message"]
        assert body["instead"]
        assert await mine(building) == nines("Matterhorn", MONDAYS[:1])

    async def test_repeated_under_the_same_key_it_is_one_move(self, building: Building) -> None:
        made = await building.book(MORNING)
        here = f"{building.bookings()}/{made['id']}/move"
        keyed = {**BEN, "Idempotency-Key": "once"}
        first = await building.office.ask("POST", here, order(building, "moench"), keyed)
        again = await building.office.ask("POST", here, order(building, "moench"), keyed)
        assert again["booking"]["id"] == first["booking"]["id"]
        assert await mine(building) == nines("Moench", MONDAYS[:1])

    async def test_where_the_old_one_cannot_be_cancelled_both_stand_and_a_repetition_completes_it(
        self, building: Building
    ) -> None:
        made = await building.book(MORNING)
        here, keyed = f"{building.bookings()}/{made['id']}/move", {**BEN, "Idempotency-Key": "once"}
        building.office.store.unwritable = ("|matterhorn",)
        half = await building.office.ask("POST", here, order(building, "moench"), keyed)
        assert half["gone"] is False
        assert await mine(building) == [*nines("Matterhorn", MONDAYS[:1]), *nines("Moench", MONDAYS[:1])]
        building.office.store.unwritable = ()
        assert (await building.office.ask("POST", here, order(building, "moench"), keyed))["gone"] is True
        assert await mine(building) == nines("Moench", MONDAYS[:1])

    async def test_where_the_other_room_cannot_be_written_the_old_one_stays(self, building: Building) -> None:
        made = await building.book(MORNING)
        building.office.store.unwritable = ("|moench",)
        here = f"{building.bookings()}/{made['id']}/move"
        assert (await building.office.send("POST", here, order(building, "moench"), BEN)).status == 503
        assert await mine(building) == nines("Matterhorn", MONDAYS[:1])

    async def test_what_was_cancelled_there_meanwhile_takes_nothing_away_here(self, building: Building) -> None:
        made = await building.book(MORNING)
        here, keyed = f"{building.bookings()}/{made['id']}/move", {**BEN, "Idempotency-Key": "once"}
        building.office.store.unwritable = ("|matterhorn",)
        half = await building.office.ask("POST", here, order(building, "moench"), keyed)
        building.office.store.unwritable = ()
        await building.office.ask("DELETE", f"{building.bookings('moench')}/{half['booking']['id']}", None, BEN)
        again = await building.office.send("POST", here, order(building, "moench"), keyed)
        assert (again.status, again.code) == (409, "cancelled")
        assert await mine(building) == nines("Matterhorn", MONDAYS[:1])

    async def test_nobody_moves_what_is_not_theirs_nor_what_outlook_keeps(self, building: Building) -> None:
        made = await building.book(MORNING, who=CARLA)
        here = f"{building.bookings()}/{made['id']}/move"
        assert (await building.office.send("POST", here, order(building, "moench"), BEN)).status == 404
        assert await mine(building, CARLA) == nines("Matterhorn", MONDAYS[:1])

    @pytest.mark.parametrize(
        ("body", "status"), [({}, 400), ({"room": "nobody"}, 404), ({"room": "matterhorn"}, 400)]
    )  # fmt: skip
    async def test_a_room_has_to_be_named_that_is_another(self, building: Building, body: Json, status: int) -> None:
        made = await building.book(MORNING)
        named = {name: building.ids.get(value, value) for name, value in body.items()}
        here = f"{building.bookings()}/{made['id']}/move"
        assert (await building.office.send("POST", here, named, BEN)).status == status


class TestSeries:
    async def test_all_of_it_stands_in_the_other_room_as_one_series(self, building: Building) -> None:
        made = await building.book(MORNING, recurrence=WEEKLY)
        moved = await move(building, made, "moench", "all")
        assert moved["booking"]["series"]["rule"].startswith("FREQ=WEEKLY")
        assert await mine(building) == nines("Moench")
        await building.settle()
        assert building.office.world.on_calendar() == ()

    async def test_it_goes_to_another_weekday_and_time_as_well(self, building: Building) -> None:
        made = await building.book(MORNING, recurrence=WEEKLY)
        await move(building, made, "moench", "all", **hours("14:00", "15:00", "2026-11-25"))
        assert await mine(building) == nines(
            "Moench", ["2026-11-25", "2026-12-02", "2026-12-09", "2026-12-16"], "14:00"
        )

    async def test_one_of_its_dates_or_what_follows_goes_and_the_rest_stays(self, building: Building) -> None:
        await building.book(MORNING, recurrence=WEEKLY)
        second = (await building.mine())[1]
        await move(building, second, "eiger")
        assert await mine(building) == sorted(
            [*nines("Matterhorn", [MONDAYS[0], *MONDAYS[2:]]), *nines("Eiger", MONDAYS[1:2])], key=lambda each: each[1]
        )
        first = (await building.mine())[0]
        await move(building, first, "moench", "following")
        assert await mine(building) == sorted(
            [*nines("Moench", [MONDAYS[0], *MONDAYS[2:]]), *nines("Eiger", MONDAYS[1:2])], key=lambda each: each[1]
        )

    async def test_dates_with_times_and_titles_of_their_own_keep_them(self, building: Building) -> None:
        first = await building.book(MORNING, title="Standup", recurrence=WEEKLY)
        second = (await building.mine())[1]
        apart = {**hours("16:00", "16:30", MONDAYS[1]), "title": "Retro"}
        await building.office.ask("PATCH", f"{building.bookings()}/{second['id']}", apart, BEN)
        await move(building, first, "moench", "all")
        found = (await building.office.ask("GET", f"/api/book/mine?{MONTH}", None, BEN))["bookings"]
        assert [(each["room"]["name"], each["start"][11:16], each["title"]) for each in found] == [
            ("Moench", "09:00", "Standup"),
            ("Moench", "16:00", "Retro"),
            ("Moench", "09:00", "Standup"),
            ("Moench", "09:00", "Standup"),
        ]

    async def test_taken_dates_are_named_and_stay_where_they_are_where_somebody_wants_that(
        self, building: Building
    ) -> None:
        await building.book(hours("09:00", "10:00", MONDAYS[2]), "moench", who=CARLA)
        made = await building.book(MORNING, recurrence=WEEKLY)
        body = await refused(building, made, "moench", "all")
        assert body["without"] == MONDAYS[2:3]
        assert await mine(building) == nines("Matterhorn")
        moved = await move(building, made, "moench", "all", without=body["without"])
        assert [each["start"] for each in moved["stay"]] == [f"{MONDAYS[2]}T09:00:00Z"]
        assert await mine(building) == [
            *nines("Moench", MONDAYS[:2]), *nines("Matterhorn", MONDAYS[2:3]), *nines("Moench", MONDAYS[3:])
        ]  # fmt: skip
        await building.settle()
        held = [item.booking.when for item in building.office.world.on_calendar()]
        assert [f"{each.start:%Y-%m-%d}" for each in held if isinstance(each, Timed)] == MONDAYS[2:3]

    async def test_a_date_that_was_cancelled_by_itself_is_not_booked_there(self, building: Building) -> None:
        await building.book(hours("09:00", "10:00", MONDAYS[1]), "moench", who=CARLA)
        first = await building.book(MORNING, recurrence=WEEKLY)
        second = (await building.mine())[1]
        await building.office.ask("DELETE", f"{building.bookings()}/{second['id']}", None, BEN)
        await move(building, first, "moench", "all")
        assert await mine(building) == nines("Moench", [MONDAYS[0], *MONDAYS[2:]])

    async def test_broken_off_half_way_it_is_whole_in_both_rooms_and_completed_by_a_repetition(
        self, building: Building
    ) -> None:
        made = await building.book(MORNING, recurrence=WEEKLY)
        here, keyed = f"{building.bookings()}/{made['id']}/move?scope=all", {**BEN, "Idempotency-Key": "once"}
        building.office.store.unwritable = ("|matterhorn",)
        assert (await building.office.ask("POST", here, order(building, "moench"), keyed))["gone"] is False
        assert len(await mine(building)) == 8
        building.office.store.unwritable = ()
        assert (await building.office.ask("POST", here, order(building, "moench"), keyed))["gone"] is True
        assert await mine(building) == nines("Moench")


class TestWithoutSomeDates:
    async def test_a_series_is_booked_without_the_dates_that_are_refused(self, building: Building) -> None:
        await building.book(hours("09:00", "10:00", MONDAYS[1]), who=CARLA)
        body = await building.refused(MORNING, recurrence=WEEKLY)
        assert body["without"] == MONDAYS[1:2]
        await building.book(MORNING, recurrence=WEEKLY, without=body["without"])
        assert await mine(building) == nines("Matterhorn", [MONDAYS[0], *MONDAYS[2:]])
        await building.settle()
        assert len(building.office.world.on_calendar()) == 4  # three of the series, and the other one

    async def test_a_series_that_is_refused_on_every_date_is_offered_without_none(self, building: Building) -> None:
        for day in MONDAYS[:2]:
            await building.book(hours("09:00", "10:00", day), who=CARLA)
        body = await building.refused(MORNING, recurrence={"rule": "FREQ=WEEKLY;COUNT=2"})
        assert body["without"] == []

    async def test_a_series_moves_to_another_weekday_without_what_is_taken_there(self, building: Building) -> None:
        await building.book(hours("09:00", "10:00", "2026-12-03"), who=CARLA)
        first = await building.book(MORNING, recurrence=WEEKLY)
        here = f"{building.bookings()}/{first['id']}?scope=all"
        thursday = hours("09:00", "10:00", "2026-11-26")
        answer = await building.office.send("PATCH", here, thursday, BEN)
        assert (answer.status, answer.body["without"]) == (409, ["2026-12-03"])
        await building.office.ask("PATCH", here, {**thursday, "without": ["2026-12-03"]}, BEN)
        assert await mine(building) == nines("Matterhorn", ["2026-11-26", "2026-12-10", "2026-12-17"])

    async def test_a_date_that_was_cancelled_hinders_no_change_of_its_series(self, building: Building) -> None:
        first = await building.book(MORNING, recurrence=WEEKLY)
        second = (await building.mine())[1]
        await building.office.ask("DELETE", f"{building.bookings()}/{second['id']}", None, BEN)
        await building.book(hours("14:00", "15:00", MONDAYS[1]), who=CARLA)
        afternoon = hours("14:00", "15:00", MONDAYS[0])
        await building.office.ask("PATCH", f"{building.bookings()}/{first['id']}?scope=all", afternoon, BEN)
        assert await mine(building) == nines("Matterhorn", [MONDAYS[0], *MONDAYS[2:]], "14:00")

"""The booking page's API: what is free, what is refused beforehand and what instead, and one's own bookings alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.app.follow_people import follow_people
from shared.domain.booking import Side
from shared.domain.ids import MappingId
from shared.domain.ledger import Mapping, MappingState
from shared.domain.people import Member, UserId
from shared.domain.spans import occupied
from shared.ports.ledgers import MappingChange, Writes
from tests.doubles.world import ADELE, World, at
from tests.unit.functions.calling.building import BEN, CARLA, LATE_MORNING, MORNING, NOON, Building, hours
from tests.unit.functions.calling.office import Office
from tests.unit.functions.calling.principals import BEHIND_SIGN_IN, signed_in

Json = Any
GERMAN = {**BEN, "Accept-Language": "de-CH"}


@pytest.fixture
async def building(office: Office) -> Building:
    return await Building(office).open()


class TestSearch:
    async def test_for_people_the_smallest_room_that_suffices_comes_first(self, building: Building) -> None:
        assert await building.free(MORNING, people=3) == ["Eiger", "Matterhorn", "Moench"]
        assert await building.free(MORNING, people=5) == ["Matterhorn", "Moench"]

    async def test_building_features_and_kind_are_kept_to(self, building: Building) -> None:
        assert await building.free(MORNING, building="Annex") == ["Moench"]
        assert await building.free(MORNING, features="screen") == ["Moench", "Eiger"]
        assert await building.free(MORNING, features="screen,whiteboard") == ["Eiger"]
        assert await building.free(MORNING, kind="vehicle") == []

    async def test_what_is_booked_is_not_free(self, building: Building) -> None:
        await building.book(MORNING)
        assert await building.free(LATE_MORNING, building="HQ") == ["Eiger"]
        assert await building.free(NOON, building="HQ") == ["Eiger", "Matterhorn"]

    @pytest.mark.parametrize(
        ("state", "reason", "free"),
        [
            (MappingState.AWAITING_ROOM, "", False),
            (MappingState.CREATING, "", False),
            (MappingState.REFUSED, "held", False),
            (MappingState.REFUSED, "lost_to_other", True),
        ],
    )
    async def test_what_the_calendar_alone_has_takes_its_time_while_it_stands_there(
        self, building: Building, state: MappingState, reason: str, free: bool
    ) -> None:
        world = building.office.world
        now, when = world.clock.now(), at("09:00", "10:00")
        known_as = MappingId(world.clock.ulid())
        mapping = Mapping(known_as, Side.CALENDAR, when, made_at=now, held_since=now, state=state, reason=reason)
        head = await world.ledgers.head(world.resource_id)
        days = occupied(when, "Europe/Zurich").days()
        await world.ledgers.commit(world.resource_id, head, head, Writes((MappingChange(None, mapping, (), days),)))
        assert ("Matterhorn" in await building.free(LATE_MORNING)) is free

    async def test_where_nothing_is_free_what_is_a_little_later_is_named(self, building: Building) -> None:
        await building.book(MORNING)
        found = await building.search(LATE_MORNING, people=8, building="HQ")
        assert found["free"] == []
        assert [(each["room"]["name"], each["start"]) for each in found["later"]] == [
            ("Matterhorn", "2026-11-23T10:00:00Z")
        ]

    async def test_a_time_that_was_given_free_again_is_free_at_once(self, building: Building) -> None:
        made = await building.book(MORNING)
        await building.settle()
        await building.office.ask("DELETE", f"{building.bookings()}/{made['id']}", None, BEN)
        assert "Matterhorn" in await building.free(MORNING)

    async def test_a_room_that_is_paused_is_not_offered(self, building: Building) -> None:
        here = f"/api/resources/{building.ids['eiger']}/commands"
        await building.office.ask("POST", here, {"verb": "pause"})
        await building.settle()
        assert "Eiger" not in await building.free(MORNING)
        refused = await building.refused(MORNING, "eiger")
        assert refused["error"]["code"] == "not_ready"

    async def test_a_room_whose_platform_only_receives_is_booked_in_outlook(self, office: Office) -> None:
        building = await Building(office).open(direction="to_platform")
        assert await building.free(MORNING) == []
        assert (await building.refused(MORNING))["error"]["code"] == "outlook_only"

    @pytest.mark.parametrize(
        ("times", "status"),
        [
            ("from=2026-11-23T09:00:00Z", 400),
            ("from=2026-11-23T10:00:00Z&to=2026-11-23T09:00:00Z", 400),
            ("from=1970-11-23T10:00:00Z&to=2199-11-23T09:00:00Z", 422),
        ],
    )
    async def test_a_time_that_makes_no_sense_is_refused(self, building: Building, times: str, status: int) -> None:
        assert (await building.office.send("GET", f"/api/book/free?{times}", None, BEN)).status == status


class TestRefusals:
    async def test_a_taken_time_is_refused_with_two_rooms_and_a_later_time(self, building: Building) -> None:
        await building.book(MORNING, who=CARLA, title="Salaries")
        refused = await building.refused(LATE_MORNING)
        assert refused["error"]["code"] == "taken"
        assert (
            refused["error"]["message"] == "Matterhorn is taken on 23 November from 10:00 to 11:00 by another booking."
        )
        offers = [(each["room"]["name"], each["start"]) for each in refused["instead"]]
        # Eiger holds fewer people than Matterhorn, so it does not stand in for it.
        assert offers == [("Moench", LATE_MORNING["start"]), ("Matterhorn", "2026-11-23T10:00:00Z")]
        assert "Salaries" not in str(refused)
        assert await building.mine() == []

    async def test_an_alternative_is_taken_as_it_was_offered(self, building: Building) -> None:
        await building.book(MORNING, who=CARLA)
        for offer in (await building.refused(LATE_MORNING))["instead"]:
            when = {name: offer[name] for name in ("start", "end")}
            await building.office.ask("POST", f"/api/book/rooms/{offer['room']['id']}/bookings", when, BEN)
        assert len(await building.mine()) == 2

    async def test_a_time_within_the_buffer_is_refused(self, office: Office) -> None:
        building = await Building(office).open(buffer_minutes=15)
        await building.book(MORNING)
        refused = await building.refused(hours("10:10", "11:00"))
        assert refused["error"]["code"] == "too_close"
        assert "15 minutes" in refused["error"]["message"]
        assert ("Matterhorn", "2026-11-23T10:15:00Z") in [
            (each["room"]["name"], each["start"]) for each in refused["instead"]
        ]
        await building.book(hours("10:15", "11:00"))

    async def test_a_blocked_time_is_refused_with_its_reason_and_the_gap_before_it(self, office: Office) -> None:
        building = await Building(office).open(buffer_minutes=15)
        block = {**NOON, "reason": "Cleaning"}
        await office.ask("POST", "/api/platform/resources/matterhorn/blocks", block)
        refused = await building.refused(NOON)
        assert (refused["error"]["code"], "Cleaning" in refused["error"]["message"]) == ("blocked", True)
        assert (await building.refused(hours("11:00", "11:50")))["error"]["code"] == "too_close"

    async def test_a_closed_time_is_refused(self, building: Building) -> None:
        week = {"opening_hours": {"monday": ["08:00-18:00"]}}
        await building.office.ask("PATCH", "/api/platform/resources/matterhorn", week)
        refused = await building.refused(hours("18:00", "19:00"))
        assert refused["error"]["code"] == "closed"
        assert "Matterhorn" not in await building.free(hours("18:00", "19:00"))

    async def test_what_is_over_too_far_or_too_small_is_refused(self, building: Building) -> None:
        assert (await building.refused(hours("07:00", "08:00", "2026-11-20")))["error"]["code"] == "over"
        assert (await building.refused(hours("07:00", "08:00", "2028-11-20")))["error"]["code"] == "too_far"
        too_small = await building.refused(MORNING, "eiger", people=5)
        assert too_small["error"] == {"code": "too_small", "message": "Eiger holds 4 people."}
        assert [each["room"]["name"] for each in too_small["instead"]] == ["Matterhorn", "Moench"]

    async def test_a_refusal_is_told_in_the_readers_language(self, building: Building) -> None:
        await building.book(MORNING)
        assert "belegt" in (await building.refused(MORNING, who=GERMAN))["error"]["message"]

    async def test_a_series_is_refused_as_a_whole_and_names_its_dates(self, building: Building) -> None:
        await building.book(hours("09:00", "10:00", "2026-11-30"), who=CARLA)
        weekly = {"rule": "FREQ=WEEKLY;COUNT=4"}
        refused = await building.refused(MORNING, recurrence=weekly)
        assert [each["start"] for each in refused["refused"]] == ["2026-11-30T09:00:00Z"]
        assert [each["room"]["name"] for each in refused["instead"]] == ["Moench"]
        assert await building.mine() == []
        await building.book(MORNING, "moench", recurrence=weekly)
        assert len(await building.mine()) == 2  # of the coming fortnight


class TestOwnBookings:
    async def test_a_booking_is_on_its_way_and_then_confirmed_with_its_story(self, building: Building) -> None:
        made = await building.book(MORNING, title="Workshop", people=4)
        assert (made["standing"], made["story"], made["title"]) == ("on_its_way", None, "Workshop")
        await building.settle()
        (mine,) = await building.mine()
        assert (mine["standing"], mine["changeable"], mine["room"]["name"]) == ("confirmed", True, "Matterhorn")
        assert (await building.office.ask("GET", mine["story"]))["resource"] == "Matterhorn"
        assert [str(item.booking.when)[:16] for item in building.office.world.on_calendar()] == ["2026-11-23T09:00"]

    async def test_repeated_under_the_same_key_it_is_one_booking(self, building: Building) -> None:
        keyed = {**BEN, "Idempotency-Key": "once"}
        first = await building.office.send("POST", building.bookings(), MORNING, keyed)
        again = await building.office.send("POST", building.bookings(), MORNING, keyed)
        assert (first.status, again.status, again.body["id"]) == (201, 200, first.body["id"])
        series = {**NOON, "recurrence": {"rule": "FREQ=DAILY;COUNT=3"}}
        for _ in range(2):
            await building.office.ask("POST", building.bookings(), series, {**BEN, "Idempotency-Key": "thrice"})
        assert len(await building.mine()) == 4

    async def test_a_key_of_somebody_else_opens_nothing_of_theirs(self, building: Building) -> None:
        first = await building.office.ask("POST", building.bookings(), MORNING, {**BEN, "Idempotency-Key": "once"})
        other = await building.office.send("POST", building.bookings(), MORNING, {**CARLA, "Idempotency-Key": "once"})
        assert other.status == 409
        assert first["id"] not in str(other.body)

    async def test_a_booking_is_moved_beside_itself_and_cancelled(self, building: Building) -> None:
        made = await building.book(MORNING)
        here = f"{building.bookings()}/{made['id']}"
        moved = await building.office.ask("PATCH", here, LATE_MORNING, BEN)
        assert moved["start"] == LATE_MORNING["start"]
        await building.settle()
        await building.office.ask("DELETE", here, None, BEN)
        await building.settle()
        assert await building.mine() == []
        assert building.office.world.on_calendar() == ()

    async def test_a_move_to_a_taken_time_is_refused_with_alternatives(self, building: Building) -> None:
        await building.book(NOON, who=CARLA)
        made = await building.book(MORNING)
        refused = await building.office.send("PATCH", f"{building.bookings()}/{made['id']}", NOON, BEN)
        assert (refused.status, refused.code) == (409, "taken")
        assert refused.body["instead"]
        assert (await building.mine())[0]["start"] == MORNING["start"]

    async def test_a_booking_that_is_shortened_is_not_judged_again(self, office: Office) -> None:
        building = await Building(office).open()
        made = await building.book(MORNING)
        await building.book(hours("10:05", "11:00"), who=CARLA)
        settings = {"verb": "policy", "settings": {"buffer_minutes": 30}}
        await office.ask("POST", f"/api/resources/{building.ids['matterhorn']}/commands", settings)
        await building.settle()
        shorter = hours("09:00", "09:50")
        assert (await office.ask("PATCH", f"{building.bookings()}/{made['id']}", shorter, BEN))["end"] == shorter["end"]

    async def test_a_series_is_moved_and_ended_from_one_of_its_dates_on(self, building: Building) -> None:
        await building.book(MORNING, recurrence={"rule": "FREQ=DAILY;COUNT=4"})
        second = (await building.mine())[1]
        here = f"{building.bookings()}/{second['id']}"
        moved = await building.office.ask(
            "PATCH", f"{here}?scope=following", hours("14:00", "15:00", "2026-11-24"), BEN
        )
        assert moved["series"]["rule"].startswith("FREQ=DAILY")
        assert [each["start"][11:16] for each in await building.mine()] == ["09:00", "14:00", "14:00", "14:00"]
        await building.office.ask("DELETE", f"{here}?scope=following", None, BEN)
        assert [each["start"][11:16] for each in await building.mine()] == ["09:00"]

    async def test_a_series_is_not_moved_onto_another_booking(self, building: Building) -> None:
        await building.book(hours("14:00", "15:00", "2026-11-25"), who=CARLA)
        first = await building.book(MORNING, recurrence={"rule": "FREQ=DAILY;COUNT=4"})
        here = f"{building.bookings()}/{first['id']}?scope=all"
        refused = await building.office.send("PATCH", here, hours("14:00", "15:00"), BEN)
        assert (refused.status, [each["start"][:10] for each in refused.body["refused"]]) == (409, ["2026-11-25"])

    async def test_what_lockstep_took_off_is_told_with_its_reason(self, office: Office) -> None:
        building = await Building(office).open(winner="calendar")
        made = await building.book(MORNING)
        office.world.invite(at("09:00", "10:00"), ADELE)
        await building.notify()
        await office.world.later(seconds=30)
        (told,) = await building.mine()
        assert (told["id"], told["standing"], told["changeable"]) == (made["id"], "refused", False)
        assert told["why"].startswith("The room is taken on 23 November")

    async def test_what_a_guard_holds_waits_for_approval_and_is_not_refused(self, office: Office) -> None:
        building = await Building(office).open(writes_held_above=0)
        await building.book(MORNING)
        await building.settle()
        (waiting,) = await building.mine()
        assert (waiting["standing"], waiting["changeable"]) == ("held", True)
        assert waiting["why"] == "It waits for a person's approval."
        await building.office.ask("POST", f"/api/resources/{building.ids['matterhorn']}/commands", {"verb": "approve"})
        await building.settle()
        (approved,) = await building.mine()
        assert (approved["standing"], approved["why"]) == ("confirmed", "")

    async def test_a_meeting_of_outlook_is_shown_and_changed_in_outlook(self, building: Building) -> None:
        building.office.world.invite(at("09:00", "10:00"), ADELE, "Planning")
        await building.notify()
        adele = {"x-lockstep-booker": ADELE.address.upper()}
        (meeting,) = await building.mine(adele)
        assert (meeting["standing"], meeting["changeable"]) == ("confirmed", False)
        here = f"{building.bookings()}/{meeting['id']}"
        for method, body in (("PATCH", NOON), ("DELETE", None)):
            refused = await building.office.send(method, here, body, adele)
            assert (refused.status, refused.code) == (409, "in_outlook")

    async def test_what_an_operator_cancelled_is_shown_with_the_reason(self, building: Building) -> None:
        made = await building.book(MORNING)
        await building.settle()
        here = f"/api/platform/resources/matterhorn/bookings/{made['id']}"
        await building.office.ask("DELETE", f"{here}?reason=closed%20event")
        await building.settle()
        (told,) = await building.mine()
        assert (told["standing"], told["why"], told["changeable"]) == ("cancelled", "closed event", False)

    async def test_own_bookings_are_the_same_once_it_is_known_where_they_are_and_cost_less(
        self, building: Building
    ) -> None:
        office = building.office
        await building.book(MORNING)
        made = await building.book(NOON, "eiger")
        await building.book(MORNING, "moench", who=CARLA)
        await office.ask("PATCH", f"{building.bookings('eiger')}/{made['id']}", LATE_MORNING, BEN)
        await building.settle()

        async def looked() -> tuple[list[Json], int]:
            before = len(office.store.operations)
            return await building.mine(), len(office.store.operations) - before

        of_all, costly = await looked()
        await office.platform.walk_bookers()
        office.world.clock.advance(timedelta(hours=1))
        await office.platform.walk_bookers()
        await looked()
        of_some, cheap = await looked()
        assert [each["id"] for each in of_some] == [each["id"] for each in of_all]
        assert len(of_some) == 2
        assert cheap < costly
        assert await building.mine({"x-lockstep-booker": "nobody@contoso.example"}) == []


class TestWhoseItIs:
    async def test_nobody_moves_or_cancels_what_is_not_theirs(self, building: Building) -> None:
        made = await building.book(MORNING)
        here = f"{building.bookings()}/{made['id']}"
        for method, body in (("GET", None), ("PATCH", NOON), ("DELETE", None)):
            assert (await building.office.send(method, here, body, CARLA)).status == 404
        assert await building.mine(CARLA) == []
        assert len(await building.mine()) == 1

    async def test_the_page_is_asked_who_books(self, building: Building) -> None:
        nobody = await building.office.ask("GET", "/api/book/me")
        assert (nobody["me"], nobody["signed_in"], nobody["buildings"]) == (None, False, ["Annex", "HQ"])
        assert nobody["features"] == ["Screen", "Whiteboard"]
        ben = (await building.office.ask("GET", "/api/book/me", None, BEN))["me"]
        assert ben == {"address": "ben.walters@contoso.example", "name": "Ben Walters"}
        assert (await building.office.send("POST", building.bookings(), MORNING)).status == 400

    async def test_an_account_books_in_its_own_name_whatever_the_header_says(
        self, building: Building, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in BEHIND_SIGN_IN.items():
            monkeypatch.setenv(name, value)
        await building.office.ask("POST", building.bookings(), MORNING, {**BEN, **signed_in()})
        listed = await building.office.ask(
            "GET", "/api/platform/resources/matterhorn/bookings?day=2026-11-23", None, signed_in("Reader")
        )
        assert [each["organiser"] for each in listed["bookings"]] == [
            {"address": "olga@contoso.example", "name": "Olga Operator"}
        ]
        assert len(await building.mine({**BEN, **signed_in()})) == 1

    async def test_all_addresses_of_a_mailbox_are_one_person(self) -> None:
        office = Office(World(follows_people=True))
        office.world.people.add(
            Member(UserId("ben"), "ben.walters@contoso.example", "Ben", aliases=("bw@contoso.example",))
        )
        await follow_people(office.outside)
        building = await Building(office).open()
        await building.book(MORNING, who={"x-lockstep-booker": "BW@contoso.example"})
        assert len(await building.mine()) == 1
        assert len(await building.mine(CARLA)) == 0

    async def test_a_program_books_nothing(self, building: Building, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in BEHIND_SIGN_IN.items():
            monkeypatch.setenv(name, value)
        program = signed_in("Operator", preferred_username="", name="")
        answer = await building.office.send("POST", building.bookings(), MORNING, program)
        assert answer.status == 403


class TestDayOfARoom:
    async def look(self, building: Building, who: Json = BEN, day: str = "2026-11-23") -> list[tuple[str, str]]:
        found = await building.office.ask("GET", f"/api/book/rooms/{building.ids['matterhorn']}?day={day}", None, who)
        return [(each["what"], each["title"]) for each in found["taken"]]

    async def test_it_shows_what_is_taken_and_what_is_mine(self, building: Building) -> None:
        await building.book(MORNING, title="Workshop")
        await building.book(NOON, who=CARLA, title="Budget")
        await building.office.ask(
            "POST", "/api/platform/resources/matterhorn/blocks", {**hours("14:00", "15:00"), "reason": "Cleaning"}
        )
        assert await self.look(building) == [("mine", "Workshop"), ("booking", "Budget"), ("blocked", "Cleaning")]
        assert await self.look(building, day="2026-11-24") == []

    async def test_a_private_booking_shows_its_time_alone_to_everybody(self, building: Building) -> None:
        await building.book(MORNING, title="Salaries", private=True)
        assert await self.look(building) == [("mine", "")]
        assert await self.look(building, CARLA) == [("booking", "")]
        assert "Salaries" not in str(await building.mine())

    @pytest.mark.parametrize(("titles", "shown"), [("busy", ""), ("organizer", "Ben Walters"), ("full", "Workshop")])
    async def test_the_titles_of_others_are_shown_as_the_policy_says(
        self, office: Office, titles: str, shown: str
    ) -> None:
        building = await Building(office).open(titles=titles)
        await building.book(MORNING, title="Workshop")
        assert await self.look(building, CARLA) == [("booking", shown)]
        assert await self.look(building) == [("mine", "Workshop")]

    async def test_a_room_that_nobody_knows_is_not_found(self, building: Building) -> None:
        assert (await building.office.send("GET", "/api/book/rooms/nobody", None, BEN)).status == 404

"""A panel at a door over the API: its token, what it is shown, and what somebody does at it."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image

from shared.domain.wakeup import WakeCause
from shared.ports.errors import Retry
from tests.doubles.world import ADELE, at
from tests.unit.functions.calling.office import DOOR, ENDPOINTS, Answer, Office

BOOKINGS = "/api/platform/resources/matterhorn/bookings"
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Panel:
    """One panel of a room, as its browser."""

    def __init__(self, office: Office, room: str, made: dict[str, Any]) -> None:
        self.office, self.room, self.made = office, room, made
        self.headers = {"x-lockstep-panel": made["token"]}

    async def sees(self) -> Any:
        return await self.office.ask("GET", f"/api/panel/{self.room}/door", headers=self.headers)

    async def does(self, what: str, **body: object) -> Answer:
        return await self.office.send("POST", f"/api/panel/{self.room}/door/{what}", body, self.headers)

    async def done(self, what: str, **body: object) -> Any:
        answer = await self.does(what, **body)
        assert answer.status == 200, answer.body
        return answer.body


async def panel_of(office: Office, **policy: object) -> Panel:
    room = await office.room(**policy)
    office.world.clock.set(NINE)
    made = await office.ask("POST", f"/api/resources/{room}/panels", {"name": "left of the door"})
    return Panel(office, room, made)


@pytest.fixture
async def panel(office: Office) -> Panel:
    return await panel_of(office)


async def booked(office: Office, start: str, end: str, **more: object) -> str:
    times = {"start": f"2026-11-23T{start}:00Z", "end": f"2026-11-23T{end}:00Z"}
    made = await office.ask("POST", BOOKINGS, {**times, "title": "Workshop", **more})
    await office.world.settle()
    return str(made["id"])


class TestToken:
    async def test_it_is_told_once_and_kept_as_a_digest_alone(self, office: Office, panel: Panel) -> None:
        assert panel.made["address"].endswith(f"/api/panel/{panel.room}#token={panel.made['token']}")
        listed = await office.ask("GET", f"/api/resources/{panel.room}/panels")
        assert [each["name"] for each in listed["panels"]] == ["left of the door"]
        secret = panel.made["token"].partition(".")[2]
        assert secret not in str(listed) + str(office.world.panels.rows)
        assert secret not in str(await office.ask("GET", "/api/acts"))

    async def test_making_and_withdrawing_are_acts(self, office: Office, panel: Panel) -> None:
        await office.ask("DELETE", f"/api/resources/{panel.room}/panels/{panel.made['id']}")
        acts = (await office.ask("GET", f"/api/acts?resource={panel.room}&limit=2"))["acts"]
        assert [(each["what"], each["outcome"]) for each in acts] == [
            ("withdraw_panel", "done"),
            ("make_panel", "done"),
        ]

    async def test_once_withdrawn_it_opens_nothing(self, office: Office, panel: Panel) -> None:
        here = f"/api/resources/{panel.room}/panels/{panel.made['id']}"
        assert (await office.ask("DELETE", here)) == {"withdrawn": panel.made["id"]}
        assert (await panel.does("book", minutes=15)).status == 401
        assert (await office.send("DELETE", here)).status == 404

    @pytest.mark.parametrize("token", ["", "x", "a.b", "01J00000000000000000000001.c2VjcmV0", "é.ü", "." * 500])
    async def test_what_is_no_token_opens_nothing(self, office: Office, panel: Panel, token: str) -> None:
        refused = await office.send("GET", f"/api/panel/{panel.room}/door", headers={"x-lockstep-panel": token})
        assert (refused.status, refused.code) == (401, "sign_in")

    @pytest.mark.parametrize("name", [each.name for each in ENDPOINTS if each.path.startswith(DOOR)])
    async def test_no_key_and_no_role_stands_for_it(self, office: Office, panel: Panel, name: str) -> None:
        (endpoint,) = [each for each in ENDPOINTS if each.name == name]
        path = endpoint.path.replace("{resource}", panel.room)
        refused = await office.send(endpoint.methods[0], path, b"{}", {"x-functions-key": "a-key"})
        assert (refused.status, refused.code) == (401, "sign_in")

    async def test_half_of_it_opens_nothing(self, office: Office, panel: Panel) -> None:
        cut = {"x-lockstep-panel": panel.made["token"][:-1]}
        assert (await office.send("GET", f"/api/panel/{panel.room}/door", headers=cut)).status == 401

    @pytest.mark.parametrize(
        "room", ["nobodys.room", "x", "11111111-2222-3333-4444-555555555555.01J00000000000000000000001"]
    )
    async def test_it_opens_no_other_door(self, office: Office, panel: Panel, room: str) -> None:
        other = await office.send("GET", f"/api/panel/{room}/door", headers=panel.headers)
        assert other.status == 401

    async def test_when_it_asked_last_is_kept_within_minutes(self, office: Office, panel: Panel) -> None:
        listed = f"/api/resources/{panel.room}/panels"
        assert (await office.ask("GET", listed))["panels"][0]["seen_at"] is None
        for minutes, seen in ((0, "09:00"), (4, "09:00"), (6, "09:06")):
            office.world.clock.set(NINE + timedelta(minutes=minutes))
            await panel.sees()
            assert seen in (await office.ask("GET", listed))["panels"][0]["seen_at"]

    async def test_a_sighting_that_cannot_be_noted_keeps_nobody_out(self, office: Office, panel: Panel) -> None:
        office.world.faults.fail("panels.saw", Retry("the storage is busy"))
        assert (await panel.sees())["state"] == "free"

    async def test_a_resource_has_only_so_many(self, office: Office, panel: Panel) -> None:
        here = f"/api/resources/{panel.room}/panels"
        for number in range(19):
            await office.ask("POST", here, {"name": f"panel {number}"})
        assert (await office.send("POST", here, {"name": "one more"})).status == 409

    async def test_a_panel_needs_a_name(self, office: Office, panel: Panel) -> None:
        assert (await office.send("POST", f"/api/resources/{panel.room}/panels", {"name": " "})).status == 400

    async def test_a_page_of_another_site_does_nothing_with_it(self, office: Office, panel: Panel) -> None:
        foreign = {**panel.headers, "Origin": "https://elsewhere.example"}
        refused = await office.send("POST", f"/api/panel/{panel.room}/door/book", {"minutes": 15}, foreign)
        assert (refused.status, refused.code) == (403, "cross_site")


class TestWhatIsShown:
    async def test_a_free_room_is_free(self, panel: Panel) -> None:
        seen = await panel.sees()
        assert (seen["name"], seen["state"], seen["until"], seen["stale_since"]) == ("Matterhorn", "free", None, None)
        assert seen["can_book"] == {"minutes": [15, 30, 45, 60], "until": None}
        assert seen["book_at"] == f"https://lockstep.example/api/book?resource={panel.room}"

    async def test_of_a_private_meeting_nothing_but_its_time(self, office: Office, panel: Panel) -> None:
        await booked(office, "08:30", "10:00", title="Redundancies", private=True, organiser=ADELE.address)
        seen = await panel.sees()
        assert (seen["state"], seen["current"]["private"]) == ("taken", True)
        assert "Redundancies" not in str(seen)
        assert "adele" not in str(seen).casefold()

    async def test_a_paused_resource_says_since_when_it_is_not_up_to_date_and_books_nothing(
        self, office: Office, panel: Panel
    ) -> None:
        await office.ask("POST", f"/api/resources/{panel.room}/commands", {"verb": "pause"})
        await office.world.settle()
        seen = await panel.sees()
        assert seen["stale_since"].startswith("2026-11-23T09:00")
        assert seen["can_book"] is None
        refused = await panel.does("book", minutes=15)
        assert (refused.status, refused.code) == (422, "invalid")

    async def test_a_platform_that_only_receives_books_nothing_at_the_door(self, office: Office) -> None:
        panel = await panel_of(office, direction="to_platform")
        assert (await panel.sees())["can_book"] is None

    async def test_its_sentences_are_in_the_language_of_the_panel(self, panel: Panel) -> None:
        panel.headers["Accept-Language"] = "de-CH"
        done = await panel.done("book", minutes=30)
        assert done["said"] == "Gebucht bis 10:30."


class TestBooking:
    async def test_what_is_booked_at_the_door_stands_in_the_calendar(self, office: Office, panel: Panel) -> None:
        done = await panel.done("book", minutes=30)
        assert done["said"] == "Booked until 10:30."
        assert done["door"]["state"] == "taken"
        assert office.world.wakeups.waiting[-1].cause == WakeCause.PLATFORM
        await office.world.settle()
        (event,) = office.world.on_calendar()
        assert (event.booking.when, event.booking.title) == (at("09:00", "09:30"), "Booked at the door")
        assert event.booking.organiser is None or "matterhorn" in event.booking.organiser.address

    async def test_the_title_is_what_the_panel_books_as(self, office: Office, panel: Panel) -> None:
        order = {"name": "right of it", "books_as": "Walk-in"}
        made = await office.ask("POST", f"/api/resources/{panel.room}/panels", order)
        done = await Panel(office, panel.room, made).done("book", minutes=15)
        assert done["door"]["current"]["title"] == "Walk-in"

    async def test_it_may_last_until_the_next_booking(self, office: Office, panel: Panel) -> None:
        await booked(office, "09:40", "10:00")
        assert (await panel.done("book"))["door"]["current"]["end"] == "2026-11-23T09:40:00.000Z"

    async def test_what_reaches_into_the_next_booking_is_refused_with_a_sentence(
        self, office: Office, panel: Panel
    ) -> None:
        await booked(office, "09:20", "10:00")
        refused = await panel.does("book", minutes=30)
        assert (refused.status, refused.code) == (409, "overlap")
        assert refused.message == "It can last until 10:20 at most."

    async def test_a_buffer_of_the_policy_is_kept_at_the_door(self, office: Office) -> None:
        panel = await panel_of(office, buffer_minutes=10)
        await booked(office, "09:30", "10:00")
        assert (await panel.does("book", minutes=30)).message == "It can last until 10:20 at most."
        assert (await panel.done("book", minutes=15))["door"]["state"] == "taken"

    async def test_a_taken_room_is_refused_with_until_when(self, office: Office, panel: Panel) -> None:
        await booked(office, "08:30", "09:45")
        assert (await panel.does("book", minutes=15)).message == "The room is taken until 10:45."

    async def test_a_repeated_press_books_once(self, office: Office, panel: Panel) -> None:
        panel.headers["Idempotency-Key"] = "press-1"
        first, again = await panel.done("book", minutes=30), await panel.done("book", minutes=30)
        assert first["said"] == again["said"]
        assert len(again["door"]["day"]) == 1

    @pytest.mark.parametrize("minutes", [0, 4, 721, "x", 15.5, True])
    async def test_a_length_that_makes_no_sense_is_refused(self, panel: Panel, minutes: object) -> None:
        assert (await panel.does("book", minutes=minutes)).status == 400


class TestExtending:
    async def test_a_booking_of_the_platform_becomes_longer_on_both_sides(self, office: Office, panel: Panel) -> None:
        booking = await booked(office, "08:30", "09:30")
        assert (await panel.done("extend", booking=booking, minutes=15))["said"] == "Extended until 10:45."
        await office.world.settle()
        assert [each.booking.when for each in office.world.on_calendar()] == [at("08:30", "09:45")]

    async def test_the_next_booking_refuses_it_with_a_sentence(self, office: Office, panel: Panel) -> None:
        booking = await booked(office, "08:30", "09:30")
        await booked(office, "09:30", "10:00")
        refused = await panel.does("extend", booking=booking, minutes=15)
        assert (refused.status, refused.message) == (409, "The next booking begins at 10:30.")

    async def test_somebodys_meeting_stays_as_it_is_and_what_follows_it_is_booked(
        self, office: Office, panel: Panel
    ) -> None:
        meeting = await _meeting(office)
        assert (await panel.done("extend", booking=meeting, minutes=15))["said"] == "Extended until 10:45."
        await office.world.settle()
        assert sorted(str(each.booking.when) for each in office.world.on_calendar()) == [
            str(at("08:30", "09:30")), str(at("09:30", "09:45"))
        ]  # fmt: skip

    async def test_where_a_buffer_is_kept_nothing_is_added_to_somebodys_meeting(self, office: Office) -> None:
        panel = await panel_of(office, buffer_minutes=5)
        refused = await panel.does("extend", booking=await _meeting(office), minutes=15)
        assert (refused.status, refused.code) == (409, "blocked")

    async def test_what_is_not_shown_any_more_is_not_extended(self, office: Office, panel: Panel) -> None:
        booking = await booked(office, "08:30", "09:30")
        await office.ask("DELETE", f"{BOOKINGS}/{booking}")
        refused = await panel.does("extend", booking=booking, minutes=15)
        assert (refused.status, refused.code) == (409, "changed_meanwhile")


class TestEnding:
    async def test_a_booking_of_the_platform_ends_now_on_both_sides(self, office: Office, panel: Panel) -> None:
        booking = await booked(office, "08:30", "10:00")
        done = await panel.done("end", booking=booking)
        assert (done["said"], done["door"]["state"]) == ("Ended. The room is free.", "free")
        await office.world.settle()
        assert [each.booking.when for each in office.world.on_calendar()] == [at("08:30", "09:00")]

    async def test_what_has_just_begun_is_cancelled(self, office: Office, panel: Panel) -> None:
        booking = await booked(office, "09:00", "10:00")
        await panel.done("end", booking=booking)
        await office.world.settle()
        assert office.world.on_calendar() == ()

    async def test_the_room_leaves_somebodys_meeting_which_frees_it(self, office: Office, panel: Panel) -> None:
        meeting = await _meeting(office)
        assert (await panel.done("end", booking=meeting))["door"]["state"] == "free"
        await office.world.settle()
        assert office.world.on_calendar() == ()
        left = await office.ask("GET", f"{BOOKINGS}/{meeting}")
        assert (left["status"], left["reason"]) == ("cancelled", "Ended early at the door.")

    async def test_a_booking_is_needed(self, panel: Panel) -> None:
        assert (await panel.does("end")).status == 400


async def test_somebody_checks_in_and_the_room_stays_theirs(office: Office) -> None:
    panel = await panel_of(office, check_in_minutes=10)
    booking = await booked(office, "09:00", "10:00")
    seen = await panel.sees()
    assert (seen["state"], seen["check_in"]) == ("awaited", booking)
    assert seen["check_in_until"] == "2026-11-23T09:10:00.000Z"
    done = await panel.done("check-in", booking=booking)
    assert (done["said"], done["door"]["state"]) == ("Checked in. Welcome!", "taken")
    await office.world.later(minutes=20)
    assert len(office.world.on_calendar()) == 1


async def _meeting(office: Office) -> str:
    """A meeting that Adele has the room in, from half past eight to half past nine; its booking's id."""
    office.world.invite(at("08:30", "09:30"), ADELE)
    await office.world.notify()
    office.world.clock.set(NINE)
    listed = await office.ask("GET", f"{BOOKINGS}?day=2026-11-23")
    return str(listed["bookings"][0]["id"])


class TestPicture:
    async def asked(self, panel: Panel, query: str = "", **headers: str) -> Answer:
        path = f"/api/panel/{panel.room}/picture.png{query}"
        return await panel.office.send("GET", path, headers={**panel.headers, **headers})

    async def test_it_is_a_picture_of_the_size_that_was_asked_for(self, panel: Panel) -> None:
        drawn = await self.asked(panel, "?width=400&height=300&palette=grey4")
        assert (drawn.status, drawn.headers["content-type"]) == (200, "image/png")
        with Image.open(io.BytesIO(drawn.body)) as image:
            assert image.size == (400, 300)

    async def test_a_display_sleeps_on_until_something_is_different(self, office: Office, panel: Panel) -> None:
        first = await self.asked(panel)
        office.world.clock.set(NINE + timedelta(minutes=2))
        same = await self.asked(panel, **{"If-None-Match": first.headers["etag"]})
        assert (same.status, same.body) == (304, "")
        await panel.done("book", minutes=30)
        changed = await self.asked(panel, **{"If-None-Match": first.headers["etag"]})
        assert changed.status == 200
        assert changed.headers["etag"] != first.headers["etag"]

    async def test_it_says_when_it_is_another_by_itself(self, office: Office, panel: Panel) -> None:
        await booked(office, "08:30", "09:20")
        drawn = await self.asked(panel)
        assert drawn.headers["x-next-change"] == "2026-11-23T09:20:00.000Z"
        assert drawn.headers["cache-control"] == "private, max-age=300"
        office.world.clock.set(NINE + timedelta(minutes=19, seconds=30))
        assert (await self.asked(panel)).headers["cache-control"] == "private, max-age=30"

    async def test_the_token_may_be_in_the_address_for_displays_that_send_no_headers(self, panel: Panel) -> None:
        token, panel.headers = panel.headers["x-lockstep-panel"], {}
        assert (await self.asked(panel, f"?token={token}")).status == 200
        assert (await self.asked(panel, f"?token={token}x")).status == 401
        assert (await self.asked(panel)).status == 401

    async def test_a_display_that_hangs_turned_keeps_its_own_dots_and_knows_its_own_picture(self, panel: Panel) -> None:
        drawn = [await self.asked(panel, f"?width=400&height=300&rotation={each}") for each in (0, 90, 180, 270)]
        for each in drawn:
            with Image.open(io.BytesIO(each.body)) as image:
                assert image.size == (400, 300)
        assert len({each.headers["etag"] for each in drawn}) == len({each.body for each in drawn}) == 4
        assert drawn[0].headers["etag"] == (await self.asked(panel, "?width=400&height=300")).headers["etag"]

    @pytest.mark.parametrize("query", ["width=99", "height=2001", "width=x", "palette=rainbow", "rotation=45"])
    async def test_what_no_display_has_is_refused(self, panel: Panel, query: str) -> None:
        assert (await self.asked(panel, f"?{query}")).status == 400

    async def test_a_private_meeting_is_the_same_picture_whatever_it_is_about(self, office: Office) -> None:
        drawn = []
        for title, person in (("Redundancies", ADELE.address), ("Birthday", "ben.walters@contoso.example")):
            other = Office()
            panel = await panel_of(other)
            await booked(other, "08:30", "10:00", title=title, private=True, organiser=person)
            drawn.append((await self.asked(panel)).headers["etag"].encode() + (await self.asked(panel)).body)
        assert len({each.partition(b'"')[2][-2000:] for each in drawn}) == 1

    async def test_its_words_are_in_the_language_that_the_address_names(self, panel: Panel) -> None:
        tags = {(await self.asked(panel, f"?lang={each}")).headers["etag"] for each in ("en", "de", "fr")}
        assert len(tags) == 3

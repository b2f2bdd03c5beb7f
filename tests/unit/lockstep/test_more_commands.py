"""Commands of keys, links, settings, people, reports and bulk plans, each as an administrator would use it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.app.follow_people import follow_people
from shared.domain.people import Member, UserId
from tests.doubles.world import ADELE, BEN, World, at
from tests.unit.functions.calling.office import Office
from tests.unit.functions.test_story import link
from tests.unit.lockstep.console import Console

BEN_ID = UserId("bbbbbbbb-0000-0000-0000-00000000000b")


def on_platform(console: Console) -> list[dict[str, Any]]:
    """Return what stands on the platform on the day of these stories."""
    day = "/api/platform/resources/matterhorn/bookings?day=2026-11-23"
    listed: list[dict[str, Any]] = console.does(console.office.ask("GET", day))["bookings"]
    return [each for each in listed if each["status"] != "cancelled"]


class TestKeys:
    def test_a_ring_is_listed_gets_a_new_key_and_loses_the_old_one_once_nothing_needs_it(
        self, console: Console
    ) -> None:
        console.does(console.office.room())
        (old,) = console.run("keys", "list", "--json").json
        assert (old["current"], old["carried_by"]) == (True, 1)
        console.says("keys", "add")
        new, kept = console.run("keys", "list", "--json").json
        assert (new["current"], kept["key"], kept["carried_by"]) == (True, old["key"], 1)
        shown = console.says("keys", "list")
        assert "signs now" in shown
        assert "carried by Matterhorn" in console.refuses("keys", "remove", old["key"], "--yes")

        assert "1 subscriptions are made again" in console.says("keys", "renew")
        console.settle()
        console.office.world.clock.advance(timedelta(minutes=16))
        assert "--end-links" in console.says("keys", "remove", "--help")
        console.says("keys", "remove", old["key"], "--end-links", answering="y\n")
        assert [each["key"] for each in console.run("keys", "list", "--json").json] == [new["key"]]

    def test_a_key_is_not_removed_unasked(self, console: Console) -> None:
        console.does(console.office.room())
        console.says("keys", "add")
        asked = len(console.asked)
        assert console.run("keys", "remove", "1", answering="n\n").code == 1
        assert len(console.asked) == asked

    def test_a_link_to_a_story_is_taken_back(self, console: Console) -> None:
        story = console.does(link(console.office))
        assert "opens nothing any more" in console.says("stories", "revoke", f"https://lockstep.example{story}")
        assert console.does(console.office.send("GET", story)).status == 404


class TestSettings:
    def test_what_is_set_for_the_tenant_is_shown_and_where_a_rooms_value_comes_from(self, console: Console) -> None:
        console.does(console.office.room())
        assert "usual settings" in console.says("settings", "show")
        assert "Ordered; resources that take it up: 1." in console.says(
            "settings", "set", "--tenant", "--set", "buffer_minutes=15"
        )
        console.settle()
        assert "buffer_minutes=15" in console.says("settings", "show")
        rows = [line.split() for line in console.says("settings", "show", "--room", "Matterhorn").splitlines()]
        assert ["buffer_minutes", "15", "tenant"] in rows

    def test_what_another_value_would_do_is_shown_and_nothing_is_written(self, console: Console) -> None:
        console.does(console.office.room())
        told = console.says("settings", "preview", "--tenant", "--set", "titles=busy")
        assert "Resources that would follow other settings: 1." in told
        assert "Matterhorn" in told
        assert "usual settings" in console.says("settings", "show")

    def test_a_value_of_its_own_is_given_back(self, console: Console) -> None:
        console.does(console.office.room(buffer_minutes=30))
        console.says("settings", "set", "--room", "Matterhorn", "--inherit", "buffer_minutes")
        console.settle()
        rows = [line.split() for line in console.says("settings", "show", "--room", "Matterhorn").splitlines()]
        assert ["buffer_minutes", "0", "usual"] in rows

    @pytest.mark.parametrize(
        "arguments",
        [("--set", "units=2"), ("--tenant", "--building", "B1", "--set", "units=2"), ("--tenant",)],
        ids=["of nobody", "of two", "nothing"],
    )
    def test_what_is_not_clear_is_refused_before_anything_is_asked(
        self, console: Console, arguments: tuple[str, ...]
    ) -> None:
        assert console.refuses("settings", "set", *arguments).startswith("Say w")
        assert console.asked == []


class TestPeople:
    @pytest.fixture
    def left(self, console: Console) -> Console:
        """A room with a coming booking of Ben's, who has left."""
        console.office = Office(World(follows_people=True))
        world = console.office.world
        world.people.add(Member(UserId("bbbbbbbb-0000-0000-0000-00000000000a"), ADELE.address, ADELE.name))
        world.people.add(Member(BEN_ID, BEN.address, BEN.name))
        console.does(follow_people(world.outside))
        console.does(console.office.room())
        booked = {"start": "2026-11-23T09:00:00Z", "end": "2026-11-23T10:00:00Z", "organiser": BEN.address}
        console.does(console.office.ask("POST", "/api/platform/resources/matterhorn/bookings", booked))
        world.people.remove(BEN_ID)
        console.says("people", "follow")
        console.settle()
        return console

    def test_who_has_left_and_what_they_hold_is_shown(self, left: Console) -> None:
        assert BEN.address in left.says("people", "list")
        assert "Matterhorn" in left.says("people", "bookings", BEN.address)

    def test_a_booking_is_handed_over_as_it_was_shown(self, left: Console) -> None:
        said = left.says("people", "hand-over", BEN.address, ADELE.address, answering="y\n")
        assert "1 bookings are settled." in said
        (kept,) = on_platform(left)
        assert kept["organiser"]["address"] == ADELE.address

    def test_a_booking_is_not_released_unasked_and_released_once_it_is_said(self, left: Console) -> None:
        assert left.run("people", "release", BEN.address, answering="n\n").code == 1
        (kept,) = on_platform(left)
        assert kept["status"] == "confirmed"
        left.says("people", "release", BEN.address, "--yes")
        assert on_platform(left) == []


class TestReports:
    def test_bookings_are_found_by_a_word_and_private_ones_stay_private(self, console: Console) -> None:
        console.does(console.office.room())
        today = datetime.now(UTC)
        console.office.world.clock.set(today)
        start = today.replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
        for title, private in (("Roadmap", False), ("Redundancies", True)):
            booked = {"start": f"{start:%Y-%m-%dT%H:%M:%SZ}", "end": f"{start + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"}
            asked = booked | {"title": title, "private": private}
            console.does(console.office.ask("POST", "/api/platform/resources/matterhorn/bookings", asked))
            start += timedelta(hours=2)
        shown = console.says("find")
        assert "Roadmap" in shown
        assert "(private)" in shown
        assert "Redundancies" not in shown
        assert "Roadmap" in console.says("find", "road")
        assert "Nothing is booked." in console.says("find", "nonsense")

    def test_both_sides_are_compared_and_a_difference_ends_with_one(self, console: Console) -> None:
        console.does(console.office.room())
        assert "0 bookings, 0 differ" in console.says("compare", "Matterhorn")
        soon = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
        console.office.world.clock.set(soon - timedelta(days=1))
        console.office.world.invite(at("09:00", "10:00", soon.date()))
        done = console.run("compare", "Matterhorn")
        assert done.code == 1
        assert "1 differ" in done.out
        assert "not on platform" in done.out

    @pytest.mark.parametrize(
        ("command", "says"),
        [
            ("use", "0.0"),
            ("no-shows", "Nobody stays away."),
            ("lapses", "Nothing that is known ends."),
            ("sweep", "Resources woken: 1."),
        ],
    )
    def test_a_report_of_a_quiet_tenant_says_so(self, console: Console, command: str, says: str) -> None:
        console.does(console.office.room())
        assert says in console.says(command)
        assert console.run(command, "--json").code == 0

    def test_the_administrators_link_is_told_in_one_piece(self, console: Console) -> None:
        console.does(console.office.room())
        address = console.run("setup").out.splitlines()[-1]
        assert address.startswith("https://lockstep.example/api/setup/")


class TestBulk:
    def test_a_bulk_plan_is_taken_back_after_it_was_shown(self, console: Console) -> None:
        office = console.office
        for start, end in (("09:00", "10:00"), ("11:00", "12:00")):
            office.world.invite(at(start, end))
        console.does(office.room(imports="preview"))
        console.says("held", "approve", "Matterhorn", "--yes")
        console.settle()
        assert len(on_platform(console)) == 2
        assert "2 copies would be removed, 0 stay." in console.says("undo", "Matterhorn", answering="y\n")
        console.settle()
        assert on_platform(console) == []

    def test_a_shadow_is_shown_and_ended(self, console: Console) -> None:
        console.does(console.office.room(shadow=True))
        console.office.world.invite(at("09:00", "10:00"))
        console.does(console.office.world.sweep())
        before = console.does(console.office.ask("GET", "/api/platform/resources"))["resources"]
        assert "matterhorn" not in [each["id"] for each in before]
        assert "0 agreed" in console.says("shadow", "Matterhorn")
        console.says("go-live", "Matterhorn", "--yes")
        console.settle()
        assert len(on_platform(console)) == 1

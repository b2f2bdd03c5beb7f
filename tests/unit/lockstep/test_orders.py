"""What an administrator orders over the command line, and the world after it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shared.domain.booking import Person
from tests.doubles.world import ADELE, ROOM, at
from tests.unit.lockstep.console import Console


def held_import(console: Console, bookings: int = 3) -> None:
    """A room whose first read waits for a person."""
    for hour in range(bookings):
        console.office.world.direct_entry(at(f"{9 + hour:02}:00", f"{9 + hour:02}:30"), "Cleaning")
    console.does(console.office.room(imports="preview"))


class TestPlans:
    def test_a_plan_counts_and_names_what_is_held_and_why(self, console: Console) -> None:
        held_import(console)
        said = " ".join(console.says("plan", "Matterhorn").split())
        assert "Matterhorn: nothing at once; 3 created after an approval." in said
        assert "Cleaning" not in said

    def test_held_lists_what_waits_and_an_approval_lets_it_run(self, console: Console) -> None:
        held_import(console)
        assert "Matterhorn" in console.says("held")
        said = console.says("held", "approve", "Matterhorn", answering="y\n")
        assert "3 steps wait" in said
        console.settle()
        assert console.says("held") == "Nothing waits for a person.\n"
        assert "nothing at once; nothing after an approval" in console.says("plan", "Matterhorn")
        assert len(console.run("why", "Matterhorn", "--json").json) >= 3

    def test_an_approval_that_is_not_confirmed_orders_nothing(self, console: Console) -> None:
        held_import(console)
        assert console.run("held", "approve", "Matterhorn", answering="n\n").code == 1
        assert not [each for each in console.asked if each.startswith("POST")]

    def test_a_part_is_approved_and_the_rest_discarded(self, console: Console) -> None:
        held_import(console)
        (waiting,) = console.run("held", "--json").json
        console.says("held", "approve", "Matterhorn", "--step", waiting["steps"][0]["id"], "--yes")
        console.settle()
        assert len(console.run("held", "--json").json[0]["steps"]) == 2
        console.says("held", "discard", "Matterhorn", "--yes")
        console.settle()
        assert console.run("held", "--json").json == []

    def test_nothing_that_waits_is_nothing_to_approve(self, console: Console) -> None:
        console.does(console.office.room())
        assert console.refuses("held", "approve", "Matterhorn") == "Nothing of Matterhorn waits for a person."

    def test_why_tells_the_story_of_one_booking(self, console: Console) -> None:
        console.does(console.office.room())
        key = console.office.world.invite(at("09:00", "10:00"), ADELE, "Merger")
        console.does(console.office.world.notify())
        said = console.says("why", "Matterhorn", "--event", str(key))
        assert "takes place, 2026-11-23 09:00-10:00Z" in said
        assert "It was new in the calendar and was made on the platform" in " ".join(said.split())
        assert "Merger" not in said

    def test_why_of_a_booking_that_nobody_knows_is_refused(self, console: Console) -> None:
        console.does(console.office.room())
        assert console.refuses("why", "Matterhorn", "--booking", "nothing")


class TestOrders:
    def test_a_pause_stops_writing_and_a_resume_carries_over(self, console: Console) -> None:
        console.does(console.office.room())
        world = console.office.world
        said = console.says("pause", "Matterhorn")
        assert "reading goes on and nothing is written" in " ".join(said.split())
        console.settle()
        world.invite(at("09:00", "10:00"))
        console.does(world.notify())
        assert "1 booking would be when it is resumed" in " ".join(console.says("resources", "list").split())
        console.says("resume", "--all")
        console.settle()
        assert "in step" in console.says("resources", "list")

    @pytest.mark.parametrize(
        "arguments",
        [
            ("pause",),
            ("pause", "Matterhorn", "--all"),
            ("retry", "--failing", "--all"),
            ("resume", "--building", "A", "--all"),
        ],
        ids=["nobody named", "a room and all", "two ways", "a building and all"],
    )  # fmt: skip
    def test_a_vague_order_is_refused(self, console: Console, arguments: tuple[str, ...]) -> None:
        console.does(console.office.room())
        assert "Say which resources" in console.refuses(*arguments)

    def test_an_order_that_concerns_nothing_says_so(self, console: Console) -> None:
        console.does(console.office.room())
        assert console.says("resume", "--all") == "There is nothing to do (resume).\n"
        assert console.says("retry", "--failing") == "There is nothing to do (retry).\n"

    def test_a_rebuild_asks_first(self, console: Console) -> None:
        console.does(console.office.room())
        assert console.run("rebuild", "Matterhorn", answering="n\n").code == 1
        assert "Ordered: rebuild" in console.says("rebuild", "Matterhorn", "--yes")


class TestUpkeep:
    def test_subscriptions_are_shown_and_renewed(self, console: Console) -> None:
        console.does(console.office.room())
        assert "Matterhorn" in console.says("subscriptions")
        assert console.says("subscriptions", "Matterhorn", "--renew").startswith("1 renewed, 0 made again")

    def test_a_bundle_is_written_to_a_file_without_a_name(self, console: Console, tmp_path: Path) -> None:
        console.does(console.office.room())
        console.office.world.invite(at("09:00", "10:00"), Person("zoe.quist@contoso.example", "Zoe Quist"), "Secret")
        console.does(console.office.world.notify())
        file = tmp_path / "case.json"
        assert "1 bookings, " in " ".join(console.says("bundle", "Matterhorn", "--out", str(file)).split())
        written = file.read_text()
        assert json.loads(written)["decisions"]
        assert not [word for word in ("zoe", "Quist", "Secret", "@") if word in written]


class TestDrift:
    def test_nothing_found_is_said_and_the_age_of_truth_is_told_for_all(self, console: Console) -> None:
        console.does(console.office.room())
        said = console.says("drift", "--all")
        assert "found nothing" in said
        assert "Matterhorn" in said
        assert "never" in said

    def test_what_was_found_is_told_with_the_path_that_missed_it(self, console: Console) -> None:
        console.does(console.office.room())
        world = console.office.world
        world.invite(at("09:00", "10:00"), ADELE, "Merger")
        box = world.calendar.boxes[ROOM]
        box.log.clear()
        console.says("prove", "Matterhorn")
        console.settle()
        said = console.says("drift")
        assert "Matterhorn  2026-11-23 09:00-10:00Z  new" in said
        assert "calendar delta" in " ".join(said.split())
        assert "Merger" not in said

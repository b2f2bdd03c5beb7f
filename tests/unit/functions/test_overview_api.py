"""The overview in short: what a page of thousands of resources reads once, and what it asks for afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.app.reconcile_resource import reconcile_resource
from shared.domain.wakeup import WakeCause
from tests.doubles.world import at
from tests.unit.functions.calling.office import Office


async def test_nothing_is_linked_at_first(office: Office) -> None:
    seen = await office.ask("GET", "/api/overview")
    assert (seen["resources"], seen["next"]) == ([], None)


async def test_a_resource_is_told_with_its_state_and_when_it_was_last_looked_at(office: Office) -> None:
    room = await office.room()
    (row,) = (await office.ask("GET", "/api/overview"))["resources"]
    whole = await office.ask("GET", f"/api/resources/{room}")
    assert row["address"] == whole["mailbox"]["address"]
    told = {name: row[name] for name in row if name != "address"}
    assert told == {name: whole[name] for name in told}
    assert row["state"] == "in step"


async def test_afterwards_only_what_changed_is_told(office: Office) -> None:
    await office.room()
    office.world.clock.advance(timedelta(minutes=1))
    seen = await office.ask("GET", "/api/overview")
    office.world.clock.advance(timedelta(minutes=1))
    again = await office.ask("GET", f"/api/overview?changed_since={seen['as_of']}")
    assert again["resources"] == []
    office.world.invite(at("12:00", "13:00"))
    await reconcile_resource(office.outside, office.world.resource_id, WakeCause.NOTIFICATION)
    changed = await office.ask("GET", f"/api/overview?changed_since={again['as_of']}")
    assert [each["last_change"] is not None for each in changed["resources"]] == [True]


async def test_what_changed_while_it_was_read_is_told_again(office: Office) -> None:
    await office.room()
    seen = await office.ask("GET", "/api/overview")
    assert len((await office.ask("GET", f"/api/overview?changed_since={seen['as_of']}"))["resources"]) == 1


@pytest.mark.parametrize("given", ["yesterday", "2026-11-23T09:00:00", "2026-13-01T00:00:00Z"])
async def test_a_moment_that_makes_no_sense_is_refused(office: Office, given: str) -> None:
    answer = await office.send("GET", f"/api/overview?changed_since={given}")
    assert (answer.status, "changed_since" in answer.message) == (400, True)

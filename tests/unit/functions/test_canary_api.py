"""A canary on request: which resource it is, what is answered, and that it is an act."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.functions.calling.office import Office


@pytest.fixture
async def watched() -> Office:
    """An app with a test resource."""
    office = Office()
    office.world.outside = replace(office.world.outside, canary="MATTERHORN@contoso.example")
    await office.room()
    return office


async def test_it_is_an_act_and_a_failed_one_is_an_answer(watched: Office) -> None:
    room = watched.world.resource_id
    await watched.ask("POST", f"/api/resources/{room}/commands", {"verb": "pause"})
    await watched.world.settle()
    told = await watched.ask("POST", "/api/canary")
    assert (told["resource"], told["outcome"], told["legs"]) == (room, "not_in_step", [])
    assert told["why"] == "the test resource is paused"
    act = (await watched.ask("GET", "/api/acts"))["acts"][0]
    assert (act["what"], act["resource"], act["after"]["outcome"]) == ("fly_canary", room, "not_in_step")


async def test_without_a_test_resource_the_answer_says_how_to_name_one(watched: Office) -> None:
    watched.world.outside = replace(watched.world.outside, canary="")
    answer = await watched.send("POST", "/api/canary")
    assert answer.status == 404
    assert "LOCKSTEP_CANARY" in answer.message

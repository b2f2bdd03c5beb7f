"""The directory is followed: new people, other names, leavers, a lost token, a lost notification, a crash."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.app.accept_people import accept_people
from shared.app.follow_people import Followed, follow_people, sweep_people
from shared.domain.people import Member, UserId, people_session
from shared.domain.wakeup import WakeCause
from shared.ports.errors import Retry
from tests.doubles.faults import Killed
from tests.doubles.world import TENANT, World

ADELE, BEN = UserId("adele"), UserId("ben")


@pytest.fixture
def world() -> World:
    made = World(follows_people=True)
    made.people.add(Member(ADELE, "adele.vance@contoso.example", "Adele Vance"))
    made.people.add(Member(BEN, "ben.walters@contoso.example", "Ben Walters", aliases=("ben@contoso.example",)))
    return made


async def known(world: World) -> dict[UserId, Member]:
    return {member.id: member async for member in world.roster.members(TENANT)}


async def test_a_first_reading_knows_everybody_and_subscribes(world: World) -> None:
    assert await follow_people(world.outside) == Followed(changed=2, active=2)
    assert {member.name for member in (await known(world)).values()} == {"Adele Vance", "Ben Walters"}
    (live,) = await world.subscriptions.list()
    assert live.notification_url == f"https://lockstep.example/api/notifications/people?tenant={TENANT}"


async def test_it_works_without_any_calendar(world: World) -> None:
    await follow_people(world.outside)
    asked = {call.partition(".")[0] for call in world.faults.calls}
    assert asked == {"people", "roster", "subscriptions", "secrets"}


async def test_a_quiet_directory_writes_nobody(world: World) -> None:
    await follow_people(world.outside)
    world.faults.passed.clear()
    assert await follow_people(world.outside) == Followed(active=2)
    assert "roster.put" not in world.faults.calls


async def test_a_new_name_and_a_new_address_are_taken_over(world: World) -> None:
    await follow_people(world.outside)
    world.people.change(ADELE, name="Adele Vance-Meier", address="adele.meier@contoso.example")
    await follow_people(world.outside)
    found = await world.roster.at_address(TENANT, "adele.meier@contoso.example")
    assert found is not None
    assert found.name == "Adele Vance-Meier"
    assert await world.roster.at_address(TENANT, "adele.vance@contoso.example") is None


@pytest.mark.parametrize("how", ["removed", "blocked"])
async def test_a_leaver_is_deactivated_at_the_next_notification_and_stays_known(world: World, how: str) -> None:
    await follow_people(world.outside)
    if how == "removed":
        world.people.remove(BEN)
    else:
        world.people.change(BEN, active=False)
    (state,) = world.subscriptions.client_states.values()
    body = b'{"value": [{"changeType": "updated", "clientState": "%s"}]}' % state.encode()
    assert await accept_people(world.secrets, world.wakeups, TENANT, body) == 1
    await world.settle()
    ben = (await known(world))[BEN]
    assert (ben.active, ben.left_at, ben.name) == (False, world.clock.now(), "Ben Walters")
    assert (await world.roster.following(TENANT)).active == 1


async def test_somebody_who_comes_back_is_active_again(world: World) -> None:
    await follow_people(world.outside)
    ben = world.people.members[BEN]
    world.people.remove(BEN)
    await follow_people(world.outside)
    world.people.add(ben)
    await follow_people(world.outside)
    assert (await known(world))[BEN] == ben


async def test_a_lost_token_reads_everybody_and_finds_who_left_meanwhile(world: World) -> None:
    await follow_people(world.outside)
    world.people.remove(BEN, quietly=True)
    world.people.expire()
    followed = await follow_people(world.outside)
    assert (followed.left, followed.active) == (1, 1)


async def test_absence_from_a_full_reading_is_not_leaving(world: World) -> None:
    await follow_people(world.outside)
    ben = world.people.members.pop(BEN)
    world.people.expire()

    async def by_id(user: UserId) -> Member | None:
        return ben if user == BEN else None

    world.people.by_id = by_id  # type: ignore[method-assign]  # the feed forgot somebody who is there
    assert (await follow_people(world.outside)).left == 0
    assert (await known(world))[BEN].active


async def test_a_directory_that_is_busy_is_asked_again_in_a_while(world: World) -> None:
    world.faults.fail("people.changes", Retry("busy", timedelta(seconds=40)))
    assert "busy" in (await follow_people(world.outside)).why
    await world.settle()
    assert len(await known(world)) == 2


async def test_a_reading_killed_anywhere_reads_the_same_again(world: World) -> None:
    died, point = True, 0
    while died:
        point += 1
        fresh = World(follows_people=True)
        fresh.people.add(Member(ADELE, "adele.vance@contoso.example"))
        ben = fresh.people.add(Member(BEN, "ben.walters@contoso.example"))
        await follow_people(fresh.outside)
        fresh.people.remove(BEN)
        fresh.faults.passed.clear()
        fresh.faults.kill_at(point)
        try:
            await follow_people(fresh.outside)
            died = False
        except Killed:
            fresh.faults.revive()
            await follow_people(fresh.outside)
        fresh.faults.revive()
        assert not (await known(fresh))[ben.id].active, f"killed at {point}"
        assert (await fresh.roster.following(TENANT)).active == 1
    assert point > 4


async def test_a_subscription_is_renewed_in_time_and_made_again_when_it_is_gone(world: World) -> None:
    await follow_people(world.outside)
    (first,) = await world.subscriptions.list()
    world.clock.advance(timedelta(days=4))
    await follow_people(world.outside)
    (renewed,) = await world.subscriptions.list()
    assert renewed.id == first.id
    assert renewed.expires > first.expires
    world.subscriptions.remove(first.id)
    await follow_people(world.outside, WakeCause.COMMAND)
    (again,) = await world.subscriptions.list()
    assert again.id != first.id


async def test_a_subscription_left_behind_is_replaced(world: World) -> None:
    await world.people.subscribe("https://old.example", "k0.old", world.clock.now() + timedelta(days=1))
    await follow_people(world.outside)
    (live,) = await world.subscriptions.list()
    assert live.notification_url.startswith("https://lockstep.example/")


async def test_every_hour_somebody_looks_although_nothing_was_told(world: World) -> None:
    now = world.clock.now()
    assert await sweep_people(world.outside, now, now + timedelta(hours=1))
    (sent,) = world.wakeups.waiting
    assert sent.resource == people_session(TENANT)
    assert not await sweep_people(World().outside, now, now + timedelta(hours=1))


@pytest.mark.parametrize("state", [None, "", "k1.0000", 7])
async def test_a_notification_that_is_not_ours_wakes_nobody(world: World, state: object) -> None:
    import json

    body = json.dumps({"value": [{"clientState": state}]}).encode()
    assert await accept_people(world.secrets, world.wakeups, TENANT, body) == 0
    assert world.wakeups.waiting == []

"""Two tenants in one installation: every way across is tried, and leads nowhere."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from azure.functions.timer import TimerRequest

from shared.app.reconcile_resource import Ending, reconcile_resource
from shared.domain.client_state import client_state
from shared.domain.ids import ResourceId
from shared.domain.people import Member, UserId, people_session, people_state
from shared.domain.renewal import LIFETIME
from shared.domain.story_link import Story, story_token
from shared.domain.wakeup import WakeCause
from shared.ports.errors import Retry
from tests.doubles.subscriptions import InMemorySubscriptions
from tests.doubles.world import TENANT, at
from tests.unit.functions.calling.house import OTHER_TENANT, House
from tests.unit.functions.calling.office import ENDPOINTS

MORNING, NOON = at("09:00", "10:00"), at("12:00", "13:00")
BOOKINGS = "/api/platform/resources/matterhorn/bookings"
DAY = f"{BOOKINGS}?day=2026-11-23"
ORDER = {"start": "2026-11-23T12:00:00Z", "end": "2026-11-23T13:00:00Z", "title": "Ours"}


@pytest.fixture
def house() -> House:
    return House()


async def test_both_tenants_work_side_by_side_with_rooms_of_the_same_names(house: House) -> None:
    await house.linked()
    house.ours.world.invite(MORNING)
    house.theirs.world.invite(NOON)
    house.ours.world.clock.advance(timedelta(seconds=2))
    for office in house.offices:
        await house.take(office.world.resource_id)
    await house.settle()
    for office, start in ((house.ours, "09:00"), (house.theirs, "12:00")):
        (booking,) = (await office.ask("GET", DAY))["bookings"]
        assert booking["start"] == f"2026-11-23T{start}:00Z"


async def test_the_same_booking_leaves_other_digests_in_each_tenant(house: House) -> None:
    await house.linked()
    digests = []
    for office in house.offices:
        office.world.invite(MORNING, title="Budget")
    house.ours.world.clock.advance(timedelta(seconds=2))
    for office in house.offices:
        await house.take(office.world.resource_id)
        (mapping,) = [each async for each in office.world.ledgers.mappings(office.world.resource_id)]
        assert mapping.platform is not None
        digests.append(set(mapping.platform.print.digests.values()))
    assert digests[0]
    assert not digests[0] & digests[1]


async def test_a_list_shows_the_tenant_of_the_key_alone(house: House) -> None:
    ours, theirs = await house.linked()
    assert ours.partition(".")[0] == TENANT
    assert [each["id"] for each in (await house.ours.ask("GET", "/api/resources"))["resources"]] == [ours]
    assert [each["id"] for each in (await house.theirs.ask("GET", "/api/resources"))["resources"]] == [theirs]


def _about_a_resource() -> list[tuple[str, str]]:
    found = [(each.methods[0], each.path) for each in ENDPOINTS if each.path.startswith("/api/resources/{resource}")]
    assert len(found) > 5
    return found


@pytest.mark.parametrize(("method", "path"), _about_a_resource(), ids=str)
async def test_the_key_of_one_tenant_does_not_reach_a_resource_of_the_other(
    house: House, method: str, path: str
) -> None:
    _, theirs = await house.linked()
    before = await house.theirs.world.row()
    target = path.replace("{resource}", theirs).replace("{mapping}", "01KAJ42T7BWQF8V0Y6M3D5H1KN")
    body = {"verb": "pause"} if path.endswith("/commands") else {} if method != "GET" else None
    answer = await house.ours.send(method, target, body)
    assert answer.status in (400, 404), f"{method} {path}: {answer}"
    assert "matterhorn" not in str(answer.body).lower()
    assert await house.theirs.world.ledgers.commands(theirs) == ()
    assert await house.theirs.world.row() == before


async def test_subscriptions_of_the_other_tenant_are_not_renewed(house: House) -> None:
    _, theirs = await house.linked()
    answer = await house.ours.send("POST", "/api/subscriptions/renew", {"resources": [theirs]})
    assert answer.status == 404


async def test_the_platform_of_one_tenant_knows_nothing_of_the_others(house: House) -> None:
    await house.linked()
    made = await house.ours.ask("POST", BOOKINGS, ORDER)
    assert (await house.theirs.ask("GET", DAY))["bookings"] == []
    assert (await house.theirs.send("GET", f"{BOOKINGS}/{made['id']}")).status == 404
    assert (await house.theirs.send("DELETE", f"{BOOKINGS}/{made['id']}")).status == 404
    assert (await house.theirs.send("POST", BOOKINGS, ORDER)).status == 201


async def test_a_booking_wakes_the_room_of_its_own_tenant_alone(house: House) -> None:
    ours, _ = await house.linked()
    queue = house.ours.world.wakeups
    queue.sent.clear()
    await house.ours.ask("POST", BOOKINGS, ORDER)
    assert {each.resource for each in queue.sent} == {ours}


@pytest.mark.parametrize("key", ["", "a guess", "key of ours ", "\N{GREEK SMALL LETTER ALPHA}"])
async def test_without_a_key_of_a_tenant_nothing_is_answered(house: House, key: str) -> None:
    await house.linked()
    answer = await house.ours.send("GET", "/api/resources", headers={"x-lockstep-key": key})
    assert (answer.status, answer.code) == (401, "tenant_key")


async def test_no_operation_but_the_open_ones_answers_without_a_key_of_a_tenant(house: House) -> None:
    ours, _ = await house.linked()
    for each in ENDPOINTS:
        if each.auth == "anonymous" or each.path in ("/api/openapi.json", "/api/me"):
            continue
        target = each.path.replace("{resource}", ours)
        for place in ("{booking}", "{block}", "{person}", "{mapping}"):
            target = target.replace(place, "01KAJ42T7BWQF8V0Y6M3D5H1KN")
        answer = await house.ours.send(each.methods[0], target, headers={"x-lockstep-key": "a guess"})
        assert answer.status in (400, 401), f"{each.methods[0]} {target}: {answer.status}"
        assert answer.status == 401 or "matterhorn" not in str(answer.body).lower()


async def test_a_notification_with_the_others_client_state_wakes_nobody(house: House) -> None:
    ours, theirs = await house.linked()
    key_id, key = next(iter((await house.secrets.client_state_keys()).items()))
    queue = house.ours.world.wakeups
    queue.sent.clear()
    for named, state_of in ((ours, theirs), (theirs, ours)):
        body = {"value": [{"clientState": client_state(key_id, key, state_of), "tenantId": OTHER_TENANT}]}
        for which in ("changes", "lifecycle"):
            target = f"/api/notifications/{which}?tenant={TENANT}&resource={named}"
            assert (await house.ours.send("POST", target, body)).status == 202
    assert queue.sent == []
    assert await house.ours.world.ledgers.commands(ours) == ()
    assert await house.ours.world.ledgers.commands(theirs) == ()


async def test_a_lifecycle_event_reaches_the_tenant_of_its_resource(house: House) -> None:
    _, theirs = await house.linked()
    key_id, key = next(iter((await house.secrets.client_state_keys()).items()))
    state = client_state(key_id, key, theirs)
    body = {"value": [{"clientState": state, "lifecycleEvent": "reauthorizationRequired"}]}
    assert (await house.ours.send("POST", f"/api/notifications/lifecycle?resource={theirs}", body)).status == 202
    (command,) = await house.theirs.world.ledgers.commands(theirs)
    assert command.verb == "renew"


@pytest.mark.parametrize("tenant", ["", "0" * 36, "11111111-2222-3333-4444-555555555555.x"])
async def test_a_lifecycle_event_of_a_tenant_that_is_not_served_is_dropped(house: House, tenant: str) -> None:
    target = f"/api/notifications/lifecycle?resource={tenant}.01KAJ3Z8N5Q7R9T1V3X5Y7Z9A1"
    assert (await house.ours.send("POST", target, {"value": [{"clientState": "1.x"}]})).status == 202
    assert (await house.ours.send("POST", target, b"{")).status == 400


async def test_a_forged_wake_up_is_dropped(house: House, caplog: pytest.LogCaptureFixture) -> None:
    ours, theirs = await house.linked()
    house.theirs.world.invite(MORNING)
    house.ours.world.clock.advance(timedelta(seconds=2))
    minted = ours.partition(".")[2]
    await house.take(f"{OTHER_TENANT}.{minted}")
    await house.take(f"00000000-0000-0000-0000-000000000000.{minted}")
    await house.take(theirs, session=ours)
    assert "it names another resource than its session" in caplog.text
    assert "no tenant 00000000-0000-0000-0000-000000000000" in caplog.text
    assert (await house.theirs.ask("GET", DAY))["bookings"] == []
    await house.take(theirs)
    assert len((await house.theirs.ask("GET", DAY))["bookings"]) == 1


async def test_a_run_is_not_made_with_the_ports_of_another_tenant(house: House) -> None:
    ours, theirs = await house.linked()
    for office, resource in ((house.ours, theirs), (house.theirs, ours)):
        run = await reconcile_resource(office.outside, resource, WakeCause.SWEEP)
        assert run.ending is Ending.UNKNOWN


async def test_the_story_of_one_tenants_booking_is_told_by_that_tenant(house: House) -> None:
    _, theirs = await house.linked()
    house.theirs.world.invite(MORNING)
    house.ours.world.clock.advance(timedelta(seconds=2))
    await house.take(theirs)
    (mapping,) = [each async for each in house.theirs.world.ledgers.mappings(theirs)]
    key_id, key = next(iter((await house.secrets.client_state_keys()).items()))
    until = house.ours.world.clock.now() + timedelta(days=1)
    token = story_token(key_id, key, Story(theirs, mapping.id, until))
    assert (await house.ours.ask("GET", f"/api/story/{token}"))["resource"] == "Matterhorn"
    forged = story_token(key_id, b"guessed" * 5, Story(theirs, mapping.id, until))
    assert (await house.ours.send("GET", f"/api/story/{forged}")).status == 404
    nowhere = Story(ResourceId(f"nobody.{theirs.partition('.')[2]}"), mapping.id, until)
    assert (await house.ours.send("GET", f"/api/story/{story_token(key_id, key, nowhere)}")).status == 404


async def test_timers_work_for_every_tenant_and_one_that_fails_harms_no_other(house: House) -> None:
    await house.linked()
    house.ours.world.clock.advance(timedelta(days=5))
    house.ours.world.faults.fail("subscriptions.renew", Retry("busy"))
    (before,) = await house.theirs.world.subscriptions.list()
    with pytest.raises(Retry):
        await house.run_timer("renew_subscriptions", TimerRequest(past_due=False, schedule_status=None))
    (after,) = await house.theirs.world.subscriptions.list()
    assert after.expires > before.expires


class Hanging(InMemorySubscriptions):
    """Answers a renewal only once the other tenant has been served."""

    served = asyncio.Event()

    async def renew(self, ids_to_expiry: dict[str, datetime]) -> dict[str, datetime | None]:
        await self.served.wait()
        return await super().renew(ids_to_expiry)


class Serving(InMemorySubscriptions):
    """Lets the other tenant's service answer once it has been asked itself."""

    async def renew(self, ids_to_expiry: dict[str, datetime]) -> dict[str, datetime | None]:
        Hanging.served.set()
        return await super().renew(ids_to_expiry)


async def test_timers_do_not_wait_for_a_tenant_whose_service_hangs() -> None:
    house = House()
    Hanging.served = asyncio.Event()
    for office, kind in zip(house.offices, (Hanging, Serving), strict=True):
        world = office.world
        world.subscriptions = kind(world.faults, world.clock.now)
        world.outside = replace(world.outside, subscriptions=world.subscriptions)
    await house.linked()
    house.ours.world.clock.advance(timedelta(days=5))
    timer = TimerRequest(past_due=False, schedule_status=None)
    await asyncio.wait_for(house.run_timer("renew_subscriptions", timer), 20)
    for office in house.offices:
        (live,) = await office.world.subscriptions.list()
        assert live.expires - house.ours.world.clock.now() == LIFETIME


async def test_people_are_known_to_their_own_tenant_alone() -> None:
    house = House(follows_people=True)
    ben = Member(UserId("ben"), "ben@contoso.example", "Ben of ours")
    house.ours.world.people.add(ben)
    house.theirs.world.people.add(Member(UserId("eve"), "eve@contoso.example", "Eve of theirs"))
    for tenant in house.tenants:
        await house.take(people_session(tenant))
    assert [each["name"] for each in (await house.ours.ask("GET", "/api/people"))["people"]] == ["Ben of ours"]
    assert [each["name"] for each in (await house.theirs.ask("GET", "/api/people"))["people"]] == ["Eve of theirs"]
    assert (await house.theirs.send("GET", "/api/people/ben@contoso.example/bookings")).status == 404
    key_id, key = next(iter((await house.secrets.client_state_keys()).items()))
    house.ours.world.wakeups.sent.clear()
    body = {"value": [{"clientState": people_state(key_id, key, TENANT)}]}
    await house.ours.send("POST", f"/api/notifications/people?tenant={OTHER_TENANT}", body)
    assert house.ours.world.wakeups.sent == []
    await house.ours.send("POST", f"/api/notifications/people?tenant={TENANT}", json.loads(json.dumps(body)))
    assert [each.resource for each in house.ours.world.wakeups.sent] == [people_session(TENANT)]

"""The doctor sees each bad state of a tenant and of a resource, says what it means, and names what mends it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.app.doctor import examine_resource, examine_tenant
from shared.domain.findings import Finding, Verdict
from shared.domain.ids import MailboxId
from shared.domain.resource import State
from shared.ports.errors import NotFound, Rejected, Retry
from shared.ports.inspection import Grants
from tests.doubles.inspection import ALL_ROLES
from tests.doubles.world import ROOM, World

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


async def linked() -> World:
    world = World()
    look = world.inspection.add("matterhorn@contoso.example", "room")
    world.inspection.mailboxes["matterhorn@contoso.example"] = replace(look, id=ROOM)
    await world.link()
    return world


async def of_tenant(world: World, check: str, **more: object) -> Finding:
    found = await examine_tenant(world.outside, world.inspection, **more)  # type: ignore[arg-type]
    return next(each for each in found if each.check == check)


async def of_room(world: World, check: str, **more: object) -> Finding:
    found = await examine_resource(world.outside, world.inspection, await world.row(), **more)  # type: ignore[arg-type]
    return next(each for each in found if each.check == check)


class TestTenant:
    async def test_a_tenant_that_is_well_has_nothing_bad(self) -> None:
        world = World()
        world.inspection.add("adele@contoso.example", "user")
        found = await examine_tenant(world.outside, world.inspection, "adele@contoso.example")
        assert [each for each in found if each.verdict is not Verdict.OK] == []

    async def test_no_token_is_the_one_thing_to_mend(self) -> None:
        world = World()
        world.inspection.granted = Grants(problem="no token for Graph could be had (ClientAuthenticationError)")
        found = await examine_tenant(world.outside, world.inspection)
        assert [(each.check, each.verdict) for each in found] == [("token", "bad"), ("notifications", "ok")]
        assert "every resource falls behind" in found[0].effect

    @pytest.mark.parametrize("role", ["User.Read.All", "Place.Read.All"])
    async def test_a_right_that_is_missing_is_named_with_the_line_that_grants_it(self, role: str) -> None:
        world = World()
        world.inspection.granted = replace(world.inspection.granted, roles=ALL_ROLES - {role})
        seen = await of_tenant(world, f"right {role}")
        assert seen.verdict is Verdict.BAD
        assert role in seen.mend
        assert world.inspection.granted.application in seen.mend

    async def test_a_right_that_may_be_granted_in_exchange_is_unknown_and_not_bad(self) -> None:
        world = World()
        world.inspection.granted = replace(world.inspection.granted, roles=frozenset({"User.Read.All"}))
        assert (await of_tenant(world, "right MailboxSettings.Read")).verdict is Verdict.UNKNOWN
        assert (await of_tenant(world, "right to calendars")).verdict is Verdict.UNKNOWN

    async def test_writing_without_reading_is_told_because_subscriptions_may_be_refused(self) -> None:
        world = World()
        world.inspection.granted = replace(world.inspection.granted, roles=ALL_ROLES - {"Calendars.Read"})
        seen = await of_tenant(world, "right to calendars")
        assert seen.verdict is Verdict.WARN
        assert "subscriptions may be refused" in seen.effect

    @pytest.mark.parametrize(
        ("issued", "minutes", "says"),
        [
            (NOW, 20, "granted 20 minutes ago, and it can take 2 hours: look again at 2026-11-20 10:40Z"),
            (
                NOW - timedelta(hours=1),
                20,
                "the token at hand is older and lives up to 24 hours: look again at 2026-11-21 08:40Z",
            ),
            (NOW, 300, "granted 5 hours ago, longer than a grant takes"),
        ],
        ids=["a fresh grant", "a token older than the grant", "a grant that should have arrived"],
    )
    async def test_a_grant_on_its_way_is_told_with_when_to_look_again(
        self, issued: datetime, minutes: int, says: str
    ) -> None:
        world = World()
        world.inspection.granted = replace(world.inspection.granted, roles=frozenset(), issued=issued)
        seen = await of_tenant(world, "right User.Read.All", granted=NOW - timedelta(minutes=minutes))
        assert says in seen.seen

    async def test_a_scope_that_is_too_wide_is_seen_by_trying(self) -> None:
        world = World()
        look = world.inspection.add("adele@contoso.example", "user")
        world.calendar.add_mailbox(MailboxId(look.id))
        seen = await of_tenant(world, "scope", outsider="adele@contoso.example")
        assert seen.verdict is Verdict.BAD
        assert "Remove-MgServicePrincipalAppRoleAssignment" in seen.mend

    async def test_a_scope_that_nobody_tried_is_not_called_well(self) -> None:
        assert (await of_tenant(World(), "scope")).verdict is Verdict.WARN

    async def test_an_outsider_that_does_not_exist_proves_nothing(self) -> None:
        assert (await of_tenant(World(), "scope", outsider="nobody@contoso.example")).verdict is Verdict.UNKNOWN

    @pytest.mark.parametrize("url", ["", "http://127.0.0.1:7071"])
    async def test_an_address_that_graph_cannot_call_means_sweeps_alone(self, url: str) -> None:
        world = World()
        world.outside = replace(world.outside, notification_url=url)
        seen = await of_tenant(world, "notifications")
        assert seen.verdict is Verdict.WARN
        assert "by sweeps alone" in seen.effect


def refused(point: str, error: Exception) -> Callable[[World], Awaitable[None]]:
    async def spoil(world: World) -> None:
        world.faults.fail(point, error, times=9)

    return spoil


def mailbox_is(purpose: str = "room", code: str = "", exists: bool = True) -> Callable[[World], Awaitable[None]]:
    async def spoil(world: World) -> None:
        known = world.inspection.mailboxes["matterhorn@contoso.example"]
        changed = replace(known, purpose=purpose, code=code, problem=code, exists=exists)
        world.inspection.mailboxes["matterhorn@contoso.example"] = changed

    return spoil


async def subscription_is_gone(world: World) -> None:
    subscription = (await world.row()).subscription
    assert subscription is not None
    world.subscriptions.remove(subscription.id)


async def subscription_was_never_made(world: World) -> None:
    await world.resources.put(replace(await world.row(), subscription=None))


async def five_days_pass(world: World) -> None:
    world.clock.advance(timedelta(days=6, hours=10))


async def it_fails(world: World) -> None:
    await world.resources.put(replace(await world.row(), state=State.FAILING, why="the platform is away"))


async def it_differed(world: World) -> None:
    await world.resources.put(replace(await world.row(), proof_differences=3))


DENIED = Rejected("Graph did not read the calendar: status 403 (ErrorAccessDenied)", "ErrorAccessDenied")
BAD_STATES: dict[str, tuple[Callable[[World], Awaitable[None]], str, Verdict, str, str]] = {
    "the mailbox was deleted": (
        mailbox_is("", "unknown", exists=False),
        "mailbox",
        Verdict.BAD,
        "nothing can be read or written",
        "-SoftDeletedMailbox",
    ),
    "the mailbox is on premises or soft-deleted": (
        mailbox_is("", "MailboxNotEnabledForRESTAPI"),
        "mailbox",
        Verdict.BAD,
        "Exchange of your own",
        "Get-Recipient",
    ),
    "the mailbox is a person's": (mailbox_is("user"), "mailbox", Verdict.WARN, "answers no requests", "-Type Room"),
    "its settings may not be read": (
        mailbox_is("", "ErrorAccessDenied"),
        "mailbox",
        Verdict.UNKNOWN,
        "kind of mailbox",
        "",
    ),
    "the calendar is refused": (
        refused("calendar.view", DENIED),
        "read",
        Verdict.BAD,
        "do not reach the platform",
        "Test-ServicePrincipalAuthorization",
    ),
    "the calendar does not answer": (
        refused("calendar.view", Retry("Graph is away")),
        "read",
        Verdict.UNKNOWN,
        "tried again by itself",
        "",
    ),
    "the subscription is gone": (
        subscription_is_gone,
        "subscription",
        Verdict.BAD,
        "every 60 minutes instead of at once",
        "--renew",
    ),
    "there was never a subscription": (
        subscription_was_never_made,
        "subscription",
        Verdict.BAD,
        "every 60 minutes instead of at once",
        "--renew",
    ),
    "the subscription ends today": (five_days_pass, "subscription", Verdict.WARN, "unless it is renewed", "--renew"),
    "the platform knows no such resource": (
        refused("platform.view", NotFound("no such resource")),
        "platform",
        Verdict.BAD,
        "nothing is written",
        "still exists",
    ),
    "it is failing": (it_fails, "state", Verdict.BAD, "do not reach the other side", "lockstep retry"),
    "its last proof read found differences": (it_differed, "age of truth", Verdict.WARN, "repaired", "lockstep prove"),
}


class TestResource:
    async def test_a_room_that_is_well_has_nothing_to_mend_but_what_was_not_looked_at(self) -> None:
        world = await linked()
        world.platform.own_sync = False
        found = await examine_resource(world.outside, world.inspection, await world.row())
        assert {each.check for each in found if each.verdict is not Verdict.OK} == {"write", "rules", "age of truth"}
        assert {each.verdict for each in found} == {Verdict.OK, Verdict.UNKNOWN}

    @pytest.mark.parametrize(("spoil", "check", "verdict", "effect", "mend"), BAD_STATES.values(), ids=BAD_STATES)
    async def test_a_bad_state_is_seen(
        self, spoil: Callable[[World], Awaitable[None]], check: str, verdict: Verdict, effect: str, mend: str
    ) -> None:
        world = await linked()
        await spoil(world)
        seen = await of_room(world, check)
        assert seen.verdict is verdict, seen
        assert effect in seen.effect
        assert mend in seen.mend

    async def test_a_write_probe_leaves_nothing_behind_and_is_no_booking(self) -> None:
        world = await linked()
        assert (await of_room(world, "write", probe_writes=True)).verdict is Verdict.OK
        assert world.on_calendar() == ()
        await world.notify()
        assert world.on_platform() == ()

    async def test_without_being_asked_nothing_is_written(self) -> None:
        world = await linked()
        world.faults.passed.clear()
        await of_room(world, "write")
        assert not [
            call for call in world.faults.calls if call.split(".")[1].startswith(("create", "cancel", "change_"))
        ]

    async def test_a_refused_write_is_seen(self) -> None:
        world = await linked()
        world.faults.fail("calendar.create", DENIED)
        seen = await of_room(world, "write", probe_writes=True, granted=NOW - timedelta(minutes=20))
        assert seen.verdict is Verdict.BAD
        assert "granted 20 minutes ago, and it can take 2 hours" in seen.seen

    async def test_two_engines_on_one_resource_are_told(self) -> None:
        world = await linked()
        world.platform.own_sync = True
        seen = await of_room(world, "platform's own sync")
        assert seen.verdict is Verdict.BAD
        assert "lockstep pause" in seen.mend

    async def test_every_bad_finding_says_what_it_means_and_most_how_to_mend_it(self) -> None:
        for spoil, *_ in BAD_STATES.values():
            world = await linked()
            await spoil(world)
            for each in await examine_resource(world.outside, world.inspection, await world.row()):
                if each.verdict in (Verdict.BAD, Verdict.WARN):
                    assert each.seen
                    assert each.effect

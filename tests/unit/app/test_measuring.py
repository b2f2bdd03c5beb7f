"""What a run tells telemetry: one trace from the notification to the last write, and figures that say what is wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.app.take_wakeup import take_wakeup
from shared.domain.commands import Verb
from shared.domain.trouble import Trouble
from shared.domain.wakeup import WakeCause
from shared.ports.errors import NotFound, PortError, Rejected, Retry
from shared.ports.telemetry import Metric, Stage
from tests.doubles.world import World, at

NOTIFIED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACE = "0af7651916cd43dd8448eb211c80319c"
NINE = at("09:00", "10:00")


async def linked(**policy: object) -> World:
    world = World()
    await world.link(**policy)
    world.clock.advance(timedelta(seconds=2))
    world.telemetry.clear()
    return world


async def notified(world: World, waited: timedelta = timedelta(), trace: str = NOTIFIED) -> None:
    """Take up a notification that the queue took some time ago."""
    sent = world.clock.now() - waited
    await take_wakeup(world.outside, world.resource_id, WakeCause.NOTIFICATION, sent, trace)


async def last_latency(world: World) -> float | None:
    row = await world.resources.get(world.resource_id)
    assert row is not None
    return row.last_latency


class TestLatency:
    async def test_a_change_by_a_person_leaves_its_latency_with_the_resource(self) -> None:
        world = await linked()
        world.invite(NINE)
        await notified(world, timedelta(milliseconds=700))
        assert await last_latency(world) == 0.7

    async def test_a_sweep_that_finds_the_change_has_none(self) -> None:
        world = await linked()
        world.invite(NINE)
        await notified(world, timedelta(milliseconds=700))
        world.invite(at("12:00", "13:00"))
        world.clock.advance(timedelta(seconds=2))
        await take_wakeup(world.outside, world.resource_id, WakeCause.SWEEP, world.clock.now())
        assert len(world.on_platform()) == 2
        assert await last_latency(world) is None

    async def test_a_look_that_finds_nothing_leaves_the_latency_of_the_last_change(self) -> None:
        world = await linked()
        world.invite(NINE)
        await notified(world, timedelta(milliseconds=700))
        world.clock.advance(timedelta(minutes=10))
        await take_wakeup(world.outside, world.resource_id, WakeCause.SWEEP, world.clock.now())
        assert await last_latency(world) == 0.7


class TestTraces:
    async def test_a_run_is_part_of_the_trace_of_the_notification_that_woke_it(self) -> None:
        world = await linked()
        world.invite(NINE)
        await notified(world)
        (run,) = (span for span in world.telemetry.spans if span.stage is Stage.RUN)
        assert (run.trace, run.parent) == (TRACE, "b7ad6b7169203331")
        assert run.facts["resource"] == world.resource_id

    async def test_every_stage_is_told_under_its_run_and_has_ended(self) -> None:
        world = await linked()
        world.invite(NINE)
        await notified(world)
        run, *stages = world.telemetry.spans
        of_run = [span.stage for span in stages if span.parent == run.id]
        assert of_run == [Stage.OBSERVE, Stage.PLAN, Stage.NOTE, Stage.APPLY, Stage.REMEMBER]
        assert all(span.trace == TRACE and span.ended is not None for span in stages)

    async def test_each_write_is_told_under_the_stage_that_applies_it(self) -> None:
        world = await linked()
        world.invite(NINE)
        await notified(world)
        (apply,) = (span for span in world.telemetry.spans if span.stage is Stage.APPLY)
        writes = [span for span in world.telemetry.spans if span.stage is Stage.WRITE]
        assert [(span.parent, span.facts["side"], span.facts["action"]) for span in writes] == [
            (apply.id, "platform", "create")
        ]

    async def test_what_is_folded_into_a_trailing_run_ends_in_the_same_trace(self) -> None:
        world = await linked()
        await notified(world, trace="")
        world.invite(NINE)
        await notified(world)
        await world.settle()
        assert world.on_platform()
        writes = [span.trace for span in world.telemetry.spans if span.stage is Stage.WRITE]
        assert writes == [TRACE]

    async def test_a_run_that_is_tried_again_goes_on_in_the_trace_of_the_first_attempt(self) -> None:
        world = await linked()
        world.invite(NINE)
        world.faults.fail("calendar.changes", Retry("no answer"))
        await notified(world)
        await world.settle()
        runs = [span for span in world.telemetry.spans if span.stage is Stage.RUN]
        assert [(run.trace, bool(run.trouble)) for run in runs] == [(TRACE, True), (TRACE, False)]

    async def test_a_sweep_begins_a_trace_of_its_own(self) -> None:
        world = await linked()
        await world.sweep()
        (run,) = (span for span in world.telemetry.spans if span.stage is Stage.RUN)
        assert run.parent == ""

    async def test_a_run_that_halts_is_kept_whatever_the_sampling(self) -> None:
        world = await linked(cancellations_held_above=0)
        booking = world.book(NINE)
        await world.platform_says()
        world.cancel_booking(booking)
        world.telemetry.clear()
        await world.platform_says()
        (run,) = (span for span in world.telemetry.spans if span.stage is Stage.RUN)
        assert (run.facts["ending"], run.facts["keep"]) == ("halted", True)

    async def test_a_quiet_run_is_not_kept_on_purpose(self) -> None:
        world = await linked()
        await world.sweep()
        assert all("keep" not in span.facts for span in world.telemetry.spans)


class TestFigures:
    async def test_a_change_is_counted_from_the_queue_to_its_last_write(self) -> None:
        world = await linked()
        world.invite(NINE)
        await notified(world, timedelta(seconds=3))
        (latency,) = (each for each in world.telemetry.figures if each.metric is Metric.LATENCY)
        assert latency.value == pytest.approx(3.0)
        assert latency.facts == {"direction": "to_platform", "within": "5 s"}

    async def test_what_a_sweep_or_a_person_makes_up_for_is_no_latency(self) -> None:
        world = await linked()
        world.invite(NINE)
        await world.sweep()
        assert world.telemetry.sums(Metric.WRITES, "direction") == {"to_platform": 1}
        await world.order(Verb.REBASE)
        assert world.telemetry.sums(Metric.LATENCY, "direction") == {}

    async def test_both_directions_are_told_apart(self) -> None:
        world = await linked()
        world.invite(NINE)
        world.book(at("11:00", "12:00"))
        await notified(world)
        assert world.telemetry.sums(Metric.WRITES, "direction") == {"to_platform": 1, "to_calendar": 1}

    async def test_decisions_are_counted_by_their_kind(self) -> None:
        world = await linked()
        world.invite(NINE)
        await notified(world)
        assert world.telemetry.sums(Metric.DECISIONS, "code") == {"created_on_platform": 1}

    async def test_runs_are_counted_by_how_they_ended(self) -> None:
        world = await linked()
        await world.sweep()
        assert world.telemetry.sums(Metric.RUNS, "ending") == {"left unchanged": 1}

    async def test_the_wait_in_the_queue_is_told(self) -> None:
        world = await linked()
        await notified(world, timedelta(seconds=7))
        assert world.telemetry.sums(Metric.WAIT, "cause") == {"notification": pytest.approx(7.0)}

    async def test_a_wake_up_whose_age_nobody_knows_is_not_given_one(self) -> None:
        world = await linked()
        await take_wakeup(world.outside, world.resource_id, WakeCause.NOTIFICATION)
        assert world.telemetry.sums(Metric.WAIT, "cause") == {}


FAILURES: list[tuple[Exception, Trouble]] = [
    (Retry("busy").by(Trouble.CALENDAR_THROTTLES), Trouble.CALENDAR_THROTTLES),
    (Rejected("no", "ErrorAccessDenied").by(Trouble.CALENDAR_REFUSES), Trouble.CALENDAR_REFUSES),
    (NotFound("no mailbox").by(Trouble.MAILBOX_MISSING), Trouble.MAILBOX_MISSING),
    (Retry("a connector does not say what is wrong"), Trouble.PLATFORM_UNREACHABLE),
    (Rejected("a connector does not say what is wrong"), Trouble.PLATFORM_REFUSES),
    (KeyError("Redundancies"), Trouble.DEFECT),
]


@pytest.mark.parametrize(("error", "trouble"), FAILURES, ids=lambda each: str(each))
async def test_a_failed_run_says_what_is_wrong_and_never_in_the_errors_words(
    error: Exception, trouble: Trouble
) -> None:
    world = await linked()
    world.faults.fail("calendar.changes", error)
    await notified(world)
    assert world.telemetry.sums(Metric.FAILURES, "trouble") == {trouble.value: 1}
    assert (await world.row()).trouble == trouble
    (run,) = (span for span in world.telemetry.spans if span.stage is Stage.RUN)
    assert run.trouble == trouble
    assert "Redundancies" not in repr(world.telemetry.spans) + repr(world.telemetry.figures)


async def test_a_run_that_works_again_takes_its_trouble_back() -> None:
    world = await linked()
    world.faults.fail("calendar.changes", Retry("busy").by(Trouble.CALENDAR_UNREACHABLE))
    await notified(world)
    await world.settle()
    assert (await world.row()).trouble == ""


async def test_a_ledger_out_of_reach_is_told_though_nothing_can_be_recorded() -> None:
    world = await linked()
    world.faults.fail("ledgers.head", Retry("away").by(Trouble.STORAGE_UNREACHABLE))
    await notified(world)
    assert world.telemetry.sums(Metric.FAILURES, "trouble") == {"storage_unreachable": 1}


def test_an_error_of_a_port_is_still_the_error_that_it_was() -> None:
    error: PortError = Retry("busy", timedelta(seconds=3)).by(Trouble.CALENDAR_THROTTLES)
    assert isinstance(error, Retry)
    assert error.after == timedelta(seconds=3)

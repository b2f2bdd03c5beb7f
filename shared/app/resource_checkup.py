"""What the doctor's observations of one resource mean: a table of pure checks.

Each says what was seen, what it means for the sync, and the line that mends it. Nothing is assumed: what was not
looked at is ``unknown`` and says how to look.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.app.attempts import Probe, at, propagation
from shared.domain.findings import Finding, bad, ok, unknown, warn
from shared.domain.resource import Resource, State
from shared.ports.inspection import MailboxLook

_SOON = timedelta(hours=24)
_OLD_TRUTH = timedelta(days=2)
_NOT_ENABLED = "MailboxNotEnabledForRESTAPI"


@dataclass(frozen=True)
class ResourceSigns:
    """What was seen of one resource. ``live`` are the ids of its mailbox's subscriptions; None where not listed.

    ``own_sync``: whether the platform itself also synchronises this resource with Microsoft 365; None where it does
    not tell.
    """

    now: datetime
    resource: Resource
    mailbox: MailboxLook
    read: Probe
    write: Probe
    platform: Probe
    live: frozenset[str] | None = None
    own_sync: bool | None = None
    application: str = ""
    granted: datetime | None = None
    is_notified: bool = True


def resource_findings(signs: ResourceSigns) -> tuple[Finding, ...]:
    """Return the checks of one resource, each once."""
    return (
        _mailbox(signs), _read(signs), _write(signs), _subscription(signs), _platform(signs), _own_sync(signs),
        _standing(signs), _truth(signs), *_rules(signs),
    )  # fmt: skip


def _mailbox(signs: ResourceSigns) -> Finding:
    look, address = signs.mailbox, signs.resource.address
    if not look.exists and look.code == "unknown":
        effect = "nothing can be read or written; bookings stay where they are on both sides"
        mend = f"Get-EXOMailbox -SoftDeletedMailbox -Identity {address}"
        return bad("mailbox", f"the directory knows no user {signs.resource.mailbox}", effect, mend)
    if look.code == _NOT_ENABLED:
        effect = "Graph cannot reach it: it is soft-deleted, has no licence, or stands on an Exchange of your own"
        return bad("mailbox", "there is a user, and no mailbox that Graph reaches", effect, f"Get-Recipient {address}")
    if not look.exists or (look.problem and not look.purpose):
        return unknown("mailbox", look.problem, "what kind of mailbox it is cannot be told")
    if look.purpose not in ("room", "equipment"):
        effect = "a mailbox of this kind answers no requests by itself; what is sent to it stays open"
        return warn("mailbox", f"it is a mailbox of kind {look.purpose}", effect, f"Set-Mailbox {address} -Type Room")
    if look.address.casefold() != address.casefold():
        effect = "mails and refusals name the old address until the resource is linked anew or named again"
        return warn("mailbox", f"its address is now {look.address}", effect, f"lockstep resources link {look.address}")
    return ok("mailbox", f"{look.purpose}, {look.address}")


def _read(signs: ResourceSigns) -> Finding:
    if signs.read.passed:
        return ok("read", "its calendar was read just now")
    if signs.read.busy:
        return unknown("read", signs.read.problem, "it is tried again by itself")
    effect = "changes made in Outlook do not reach the platform, and nothing is written"
    since = signs.granted or (signs.resource.first_failure if signs.read.code == "ErrorAccessDenied" else None)
    seen = signs.read.problem + propagation(signs.now, since, None, said=signs.granted is not None)
    return bad("read", seen, effect, _authorised(signs))


def _write(signs: ResourceSigns) -> Finding:
    if not signs.write.made:
        return unknown("write", "not tried", mend=f"lockstep doctor {signs.resource.address} --probe-writes")
    if signs.write.passed:
        return ok("write", "an entry shown as free was made and removed just now")
    if signs.write.busy:
        return unknown("write", signs.write.problem, "it is tried again by itself")
    effect = "bookings of the platform do not reach the room's calendar, so Outlook can take the same time"
    seen = signs.write.problem + propagation(signs.now, signs.granted, None)
    return bad("write", seen, effect, _authorised(signs))


def _authorised(signs: ResourceSigns) -> str:
    named = signs.application or "<application>"
    return f"Test-ServicePrincipalAuthorization -Identity {named} -Resource {signs.resource.address}"


def _subscription(signs: ResourceSigns) -> Finding:
    own, resource = signs.resource.subscription, signs.resource
    renew = f"lockstep subscriptions {resource.address} --renew"
    effect = f"changes made in Outlook are found every {resource.policy.sweep_minutes} minutes instead of at once"
    if not signs.is_notified:
        return ok("subscription", f"none: changes are found by sweep, every {resource.policy.sweep_minutes} minutes")
    if own is None or own.expires <= signs.now:
        return bad("subscription", "none" if own is None else f"ended {at(own.expires)}", effect, renew)
    if signs.live is not None and own.id not in signs.live:
        return bad("subscription", "Microsoft 365 knows it no more", effect, renew)
    if own.expires - signs.now < _SOON:
        return warn("subscription", f"ends {at(own.expires)}", f"unless it is renewed, {effect}", renew)
    others = len(signs.live or ()) - 1
    if others > 0:
        return warn("subscription", f"{others} more for the same mailbox", "each change wakes the resource more often")
    return ok("subscription", f"until {at(own.expires)}")


def _platform(signs: ResourceSigns) -> Finding:
    if signs.platform.passed:
        return ok("platform", f"answers for {signs.resource.platform}")
    if signs.platform.busy:
        return unknown("platform", signs.platform.problem, "it is tried again by itself")
    effect = "changes on the platform do not reach the calendar, and nothing is written"
    return bad("platform", signs.platform.problem, effect, "check that the resource still exists on the platform")


def _own_sync(signs: ResourceSigns) -> Finding:
    if signs.own_sync is None:
        seen = "the platform does not tell whether it also synchronises this resource with Microsoft 365"
        return unknown("platform's own sync", seen, "two engines would undo each other's changes without end")
    if signs.own_sync:
        effect = "two engines undo each other's changes without end"
        mend = f"lockstep pause {signs.resource.address}, then switch the platform's own synchronisation off"
        return bad("platform's own sync", "on", effect, mend)
    return ok("platform's own sync", "off")


def _standing(signs: ResourceSigns) -> Finding:
    resource = signs.resource
    if resource.state in (State.IN_STEP, State.LINKING, State.SHADOW):
        return ok("state", f"{resource.state}{': ' + resource.why if resource.why else ''}")
    lines = {State.HELD: "plan", State.PAUSED: "resume", State.FAILING: "retry", State.BEHIND: "retry"}
    mend = f"lockstep {lines.get(resource.state, 'why')} {resource.address}"
    since = f" since {at(resource.since)}"
    if resource.state is State.FAILING:
        return bad("state", f"failing{since}: {resource.why}", "changes do not reach the other side", mend)
    return warn("state", f"{resource.state}{since}: {resource.why}", "some changes wait", mend)


def _truth(signs: ResourceSigns) -> Finding:
    proven, differences = signs.resource.proven_at, signs.resource.proof_differences
    prove = f"lockstep prove {signs.resource.address}"
    if differences:
        return warn(
            "age of truth", f"{differences} bookings differed at the last proof read", "they are repaired", prove
        )
    if proven is None:
        return unknown("age of truth", "both sides were never compared in full", mend=prove)
    if signs.now - proven > _OLD_TRUTH:
        return warn("age of truth", f"last proven {at(proven)}", "a missed change would not be known yet", prove)
    return ok("age of truth", f"proven {at(proven)}")


def _rules(signs: ResourceSigns) -> tuple[Finding, ...]:
    """Return what the rules of both sides do to each other, as far as this side knows them."""
    return tuple(warn("rules", sentence, "people see a refusal that they do not expect") for sentence in
                 signs.resource.policy.warnings()) or (
        unknown("rules", "Exchange's booking settings are not visible from here", mend="lockstep doctor --line"),
    )  # fmt: skip

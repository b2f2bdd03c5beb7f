"""What the doctor's observations mean: a table of pure checks, for a tenant and for one resource.

Each says what was seen, what it means for the sync, and the line that mends it. Nothing is assumed: what was not
looked at is ``unknown`` and says how to look.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from shared.domain.findings import Finding, bad, ok, unknown, warn
from shared.domain.resource import Resource, State
from shared.ports.inspection import Grants, MailboxLook

READS, WRITES = "Calendars.Read", "Calendars.ReadWrite"
_LOCAL = ("localhost", "127.0.0.1", "::1")
_LONGEST_PROPAGATION = timedelta(hours=2)
_LONGEST_TOKEN = timedelta(hours=24)
_SOON = timedelta(hours=24)
_OLD_TRUTH = timedelta(days=2)
_NOT_ENABLED = "MailboxNotEnabledForRESTAPI"
_ROLE_LINE = (
    "$g = Get-MgServicePrincipal -Filter \"appId eq '00000003-0000-0000-c000-000000000000'\"; "
    "$i = Get-MgServicePrincipal -Filter \"appId eq '{application}'\"; "
)
_GRANT_LINE = _ROLE_LINE + (
    "New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $i.Id -PrincipalId $i.Id -ResourceId $g.Id "
    "-AppRoleId ($g.AppRoles | Where-Object Value -eq '{role}').Id"
)
_TAKE_LINE = _ROLE_LINE + (
    "Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $i.Id | Where-Object AppRoleId -in "
    "($g.AppRoles | Where-Object Value -like 'Calendars.*').Id | ForEach-Object {{ "
    "Remove-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $i.Id -AppRoleAssignmentId $_.Id }}"
)


@dataclass(frozen=True)
class Probe:
    """What became of an attempt: not made, done, or refused with a code and a sentence."""

    made: bool = False
    problem: str = ""
    code: str = ""
    busy: bool = False

    @property
    def passed(self) -> bool:
        return self.made and not self.problem


@dataclass(frozen=True)
class TenantSigns:
    """What was seen of a tenant. ``outsider`` is a mailbox that Lockstep must not reach, ``reached`` what became of
    reading its calendar. ``granted`` is when a person says the last right was granted.
    """

    now: datetime
    grants: Grants
    subscriptions: Probe
    notification_url: str
    sends_mail: bool = False
    follows_people: bool = False
    outsider: str = ""
    reached: Probe = Probe()
    granted: datetime | None = None


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


def tenant_findings(signs: TenantSigns) -> tuple[Finding, ...]:
    """Return the checks of a tenant, each once."""
    if signs.grants.problem:
        effect = "nothing of Microsoft 365 is read or written; every resource falls behind"
        mend = "az functionapp identity show --name <app> --resource-group <group>"
        return (bad("token", signs.grants.problem, effect, mend), _notifications(signs))
    return (_token(signs), *_rights(signs), _scope(signs), _listing(signs), _notifications(signs))


def _token(signs: TenantSigns) -> Finding:
    found = signs.grants
    seen = f"application {found.application or '?'} of tenant {found.tenant or '?'}"
    return ok("token", f"{seen}, issued {_at(found.issued)}, good until {_at(found.expires)}")


def _rights(signs: TenantSigns) -> tuple[Finding, ...]:
    needed = {
        "User.Read.All": "no mailbox can be looked up, so nothing can be linked",
        "Place.Read.All": "building, floor and capacity stay unknown, and discovery finds no rooms",
    }
    found = [_right(signs, role, effect) for role, effect in needed.items()]
    in_exchange = {"MailboxSettings.Read": "time zone and kind of a mailbox stay unknown"}
    if signs.sends_mail:
        in_exchange["Mail.Send"] = "nobody is told by mail"
    found += [_maybe_in_exchange(signs, role, effect) for role, effect in in_exchange.items()]
    return (*found, _calendars(signs))


def _right(signs: TenantSigns, role: str, effect: str) -> Finding:
    if role in signs.grants.roles:
        return ok(f"right {role}", "granted")
    seen = f"not granted{_propagation(signs.now, signs.granted, signs.grants.issued)}"
    return bad(f"right {role}", seen, effect, _GRANT_LINE.format(application=signs.grants.application, role=role))


def _maybe_in_exchange(signs: TenantSigns, role: str, effect: str) -> Finding:
    if role in signs.grants.roles:
        return ok(f"right {role}", "granted to all mailboxes of the tenant")
    seen = "not in the token; it may be granted in Exchange, for some mailboxes"
    mend = f"Test-ServicePrincipalAuthorization -Identity {signs.grants.application} -Resource <mailbox>"
    return unknown(f"right {role}", seen, f"without it, {effect}", mend)


def _calendars(signs: TenantSigns) -> Finding:
    held = signs.grants.roles & {READS, WRITES}
    if held == {WRITES}:
        effect = "subscriptions may be refused: they ask for the right to read and take no other for it"
        mend = _GRANT_LINE.format(application=signs.grants.application, role=READS)
        return warn("right to calendars", f"{WRITES} without {READS}", effect, mend)
    if held:
        return ok("right to calendars", f"{', '.join(sorted(held))}, in Entra")
    seen = "none in the token; granted in Exchange it does not show here"
    return unknown("right to calendars", seen, "each resource's read probe tells whether it is there")


def _scope(signs: TenantSigns) -> Finding:
    in_entra = bool(signs.grants.roles & {READS, WRITES})
    take = _TAKE_LINE.format(application=signs.grants.application)
    if signs.reached.passed:
        effect = "whoever gets hold of the app's identity can read every calendar of the company"
        return bad("scope", f"the calendar of {signs.outsider}, which is no resource, can be read", effect, take)
    if signs.reached.made and not signs.reached.busy:
        return ok("scope", f"the calendar of {signs.outsider}, which is no resource, is refused")
    if signs.reached.made:
        return unknown("scope", f"the calendar of {signs.outsider} did not answer: {signs.reached.problem}")
    hint = "lockstep doctor --outsider <address of a person>"
    if in_entra:
        effect = "a grant in Entra reaches every mailbox and defeats a scope in Exchange"
        return warn("scope", "calendars are granted in Entra, and no mailbox was named to try it on", effect, hint)
    return unknown("scope", "no mailbox was named to try it on", mend=hint)


def _listing(signs: TenantSigns) -> Finding:
    if signs.subscriptions.passed:
        return ok("subscriptions", "can be listed")
    effect = "orphans and duplicates are not found; changes are found by sweeps"
    return warn("subscriptions", signs.subscriptions.problem, effect)


def _notifications(signs: TenantSigns) -> Finding:
    host = urlsplit(signs.notification_url).hostname or ""
    if not signs.notification_url:
        return warn("notifications", "no public address is set", "changes are found by sweeps alone")
    if host in _LOCAL:
        effect = "Microsoft's own Graph cannot call it; changes are found by sweeps alone"
        return warn("notifications", f"{signs.notification_url} is this machine", effect)
    return ok("notifications", signs.notification_url)


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
    seen = signs.read.problem + _propagation(signs.now, since, None, said=signs.granted is not None)
    return bad("read", seen, effect, _authorised(signs))


def _write(signs: ResourceSigns) -> Finding:
    if not signs.write.made:
        return unknown("write", "not tried", mend=f"lockstep doctor {signs.resource.address} --probe-writes")
    if signs.write.passed:
        return ok("write", "an entry shown as free was made and removed just now")
    if signs.write.busy:
        return unknown("write", signs.write.problem, "it is tried again by itself")
    effect = "bookings of the platform do not reach the room's calendar, so Outlook can take the same time"
    seen = signs.write.problem + _propagation(signs.now, signs.granted, None)
    return bad("write", seen, effect, _authorised(signs))


def _authorised(signs: ResourceSigns) -> str:
    named = signs.application or "<application>"
    return f"Test-ServicePrincipalAuthorization -Identity {named} -Resource {signs.resource.address}"


def _subscription(signs: ResourceSigns) -> Finding:
    own, resource = signs.resource.subscription, signs.resource
    renew = f"lockstep subscriptions {resource.address} --renew"
    effect = f"changes made in Outlook are found every {resource.policy.sweep_minutes} minutes instead of at once"
    if own is None or own.expires <= signs.now:
        return bad("subscription", "none" if own is None else f"ended {_at(own.expires)}", effect, renew)
    if signs.live is not None and own.id not in signs.live:
        return bad("subscription", "Microsoft 365 knows it no more", effect, renew)
    if own.expires - signs.now < _SOON:
        return warn("subscription", f"ends {_at(own.expires)}", f"unless it is renewed, {effect}", renew)
    others = len(signs.live or ()) - 1
    if others > 0:
        return warn("subscription", f"{others} more for the same mailbox", "each change wakes the resource more often")
    return ok("subscription", f"until {_at(own.expires)}")


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
    since = f" since {_at(resource.since)}"
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
        return warn("age of truth", f"last proven {_at(proven)}", "a missed change would not be known yet", prove)
    return ok("age of truth", f"proven {_at(proven)}")


def _rules(signs: ResourceSigns) -> tuple[Finding, ...]:
    """Return what the rules of both sides do to each other, as far as this side knows them."""
    return tuple(warn("rules", sentence, "people see a refusal that they do not expect") for sentence in
                 signs.resource.policy.warnings()) or (
        unknown("rules", "Exchange's booking settings are not visible from here", mend="lockstep doctor --line"),
    )  # fmt: skip


def _propagation(now: datetime, granted: datetime | None, issued: datetime | None, *, said: bool = True) -> str:
    """Return how long a grant may still take, where somebody said when it was made or since when it is refused."""
    if granted is None:
        return ""
    age = now - granted
    waits = _LONGEST_TOKEN if issued is not None and issued < granted else _LONGEST_PROPAGATION
    if age > waits:
        return (
            f"; {'granted' if said else 'refused for'} {_ago(age)}{' ago' if said else ''}, longer than a grant takes"
        )
    why = "the token at hand is older and lives up to 24 hours" if waits is _LONGEST_TOKEN else "it can take 2 hours"
    told = f"granted {_ago(age)} ago" if said else f"refused for {_ago(age)}"
    return f"; {told}, and {why}: look again at {_at(granted + waits)}"


def _ago(age: timedelta) -> str:
    minutes = max(int(age.total_seconds() // 60), 0)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 2880 else f"{minutes // 1440} days"


def _at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z" if moment else "at an unknown time"

"""What the doctor's observations of a tenant mean: a table of pure checks.

Each says what was seen, what it means for the sync, and the line that mends it. Nothing is assumed: what was not
looked at is ``unknown`` and says how to look.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from shared.app.attempts import NOT_MADE, Probe, at, propagation
from shared.domain.findings import Finding, bad, ok, unknown, warn
from shared.ports.inspection import Grants

READS, WRITES = "Calendars.Read", "Calendars.ReadWrite"
_LOCAL = ("localhost", "127.0.0.1", "::1")
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
    reached: Probe = NOT_MADE
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
    return ok("token", f"{seen}, issued {at(found.issued)}, good until {at(found.expires)}")


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
    seen = f"not granted{propagation(signs.now, signs.granted, signs.grants.issued)}"
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

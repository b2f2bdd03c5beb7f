"""Judge a room's booking settings, which Graph shows nobody, by what ``Get-CalendarProcessing`` wrote to a file.

Each rule looks at one setting, or at one with those that change its meaning, and says what it does to the sync under
the room's policy. A setting that the file does not hold is not judged and counts as unknown. Values are as PowerShell
writes them to JSON (true, 180, a list) or to CSV ("True", "180", "a b").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.domain.findings import Finding, bad, ok, unknown, warn
from shared.domain.policy import Policy, ReleasedBy, Titles

Values = Mapping[str, object]

SETTINGS = (
    "AutomateProcessing", "ResourceDelegates", "AllBookInPolicy", "AllRequestInPolicy", "BookingWindowInDays",
    "EnforceSchedulingHorizon", "AllowRecurringMeetings", "ProcessExternalMeetingMessages", "AllowConflicts",
    "ConflictPercentageAllowed", "MaximumConflictInstances", "MaximumDurationInMinutes", "EnableAutoRelease",
    "RemovePrivateProperty", "AddOrganizerToSubject", "DeleteSubject", "RemoveCanceledMeetings",
    "TentativePendingApproval",
)  # fmt: skip
"""Every setting that a rule looks at, named as in Exchange."""

_NOTHING = (None, "", "{}", "[]")


@dataclass(frozen=True)
class Room:
    """One room of the file: its settings by name (compared without case), its address, and its policy."""

    address: str
    values: Values
    policy: Policy

    def mend(self, *settings: str) -> str:
        """Return the line that sets these."""
        return f"Set-CalendarProcessing -Identity {self.address} {' '.join(settings)}"

    def text(self, name: str) -> str | None:
        value = self._value(name)
        return None if value is None else str(value)

    def flag(self, name: str) -> bool | None:
        value = self._value(name)
        if isinstance(value, bool):
            return value
        return {"true": True, "false": False}.get(str(value).strip().casefold())

    def number(self, name: str) -> int | None:
        value = self._value(name)
        if isinstance(value, bool):
            return None
        return int(value) if isinstance(value, int) or (isinstance(value, str) and value.strip().isdecimal()) else None

    def names(self, name: str) -> int | None:
        """Return how many a list names; None where the file does not hold it."""
        if name.casefold() not in {each.casefold() for each in self.values}:
            return None
        value = self._value(name)
        if value in _NOTHING or value == []:
            return 0
        return len(value) if isinstance(value, list) else len(str(value).strip("{}").split(","))

    def _value(self, name: str) -> object:
        wanted = name.casefold()
        return next((value for given, value in self.values.items() if given.casefold() == wanted), None)


def judge(address: str, values: Values, policy: Policy) -> tuple[Finding, ...]:
    """Return a finding for each rule, in the order of the rules."""
    room = Room(address, values, policy)
    return tuple(_judged(check, rule, room) for check, rule in RULES.items())


def _judged(check: str, rule: Callable[[Room], Finding | None], room: Room) -> Finding:
    found = rule(room)
    return found if found is not None else unknown(check, "the file does not hold this setting")


def _automatic(room: Room) -> Finding | None:
    how = (room.text("AutomateProcessing") or "").casefold()
    if how == "autoaccept":
        return ok(AUTOMATIC, "the room answers by itself (AutoAccept)")
    if how == "autoupdate":
        effect = "requests stay tentative until a delegate answers; the platform shows them as awaiting the room"
        return bad(AUTOMATIC, "AutoUpdate", effect, room.mend("-AutomateProcessing AutoAccept"))
    if how == "none":
        effect = "requests lie in the room's inbox and never reach its calendar; Lockstep does not see them"
        return bad(AUTOMATIC, "None", effect, room.mend("-AutomateProcessing AutoAccept"))
    # PowerShell writes enumerations to JSON as numbers unless it is told otherwise.
    named = {"0": "None", "1": "AutoUpdate", "2": "AutoAccept"}.get(how)
    if named is None:
        return None
    return _automatic(Room(room.address, {"AutomateProcessing": named}, room.policy))


def _delegates(room: Room) -> Finding | None:
    number = room.names("ResourceDelegates")
    if number is None:
        return None
    if not number:
        return ok(DELEGATES, "none")
    waits = room.flag("AllBookInPolicy") is False
    seen = f"{number}, and {'every request waits for them' if waits else 'they see requests that break a rule'}"
    if not waits or not room.policy.answer_within_minutes:
        return ok(DELEGATES, seen)
    minutes = room.policy.answer_within_minutes
    effect = f"a request of the platform counts as refused where no delegate answers within {minutes} minutes"
    return warn(DELEGATES, seen, effect, f"lockstep resources set {room.address} --set answer_within_minutes=0")


def _who(room: Room) -> Finding | None:
    everybody = room.flag("AllBookInPolicy")
    if everybody is None:
        return None
    if everybody:
        return ok(WHO, "everybody may book")
    if room.flag("AllRequestInPolicy"):
        effect = "bookings made in Outlook wait for a delegate and are shown as requested on the platform until then"
        return warn(WHO, "everybody may ask, only those listed may book", effect, room.mend("-AllBookInPolicy $true"))
    effect = "people who are not listed are declined in Outlook and can book the same room on the platform"
    return warn(WHO, "only those listed may book", effect, room.mend("-AllBookInPolicy $true"))


def _window(room: Room) -> Finding | None:
    days = room.number("BookingWindowInDays")
    if days is None:
        return None
    if days >= room.policy.days_ahead:
        return ok(WINDOW, f"{days} days, and Lockstep looks {room.policy.days_ahead} ahead")
    effect = (
        f"Outlook is declined beyond {days} days, while the platform can book {room.policy.days_ahead}; what it books "
        "there stands in the room, unless it is made in the booker's mailbox, where the room declines it"
    )
    return warn(WINDOW, f"{days} days", effect, room.mend(f"-BookingWindowInDays {min(room.policy.days_ahead, 1080)}"))


def _beyond(room: Room) -> Finding | None:
    enforced, days = room.flag("EnforceSchedulingHorizon"), room.text("BookingWindowInDays") or "the window's"
    if enforced is None:
        return None
    if enforced:
        return ok(BEYOND, f"a series that ends after {days} days is declined as a whole, which its organiser sees")
    effect = f"a longer series is accepted and cut after {days} days; the rest is on neither side, and nobody is told"
    return warn(BEYOND, "cut at the window", effect, room.mend("-EnforceSchedulingHorizon $true"))


def _recurring(room: Room) -> Finding | None:
    allowed = room.flag("AllowRecurringMeetings")
    if allowed is None:
        return None
    if allowed:
        return ok(RECURRING, "accepted")
    effect = "Outlook's series are declined, while the platform can book them"
    return warn(RECURRING, "declined", effect, room.mend("-AllowRecurringMeetings $true"))


def _external(room: Room) -> Finding | None:
    taken = room.flag("ProcessExternalMeetingMessages")
    if taken is None:
        return None
    if not taken:
        return ok(EXTERNAL, "requests from outside the company are declined")
    effect = "outsiders can take the room; their titles and names reach the platform as its policy says"
    return warn(EXTERNAL, "accepted", effect, room.mend("-ProcessExternalMeetingMessages $false"))


def _conflicts(room: Room) -> Finding | None:
    allowed = room.flag("AllowConflicts")
    if allowed is None:
        return None
    if allowed:
        effect = "Exchange accepts overlapping meetings; each is settled afterwards by the policy's winner, with a mail"
        return bad(CONFLICTS, "overlapping meetings are accepted", effect, room.mend("-AllowConflicts $false"))
    share, most = room.number("ConflictPercentageAllowed") or 0, room.number("MaximumConflictInstances") or 0
    if share or most:
        effect = "a series is accepted although some of its days are taken; those days are declined one by one"
        return warn(CONFLICTS, f"in series up to {share} % or {most} days", effect)
    return ok(CONFLICTS, "declined")


def _duration(room: Room) -> Finding | None:
    minutes = room.number("MaximumDurationInMinutes")
    if minutes is None:
        return None
    if minutes >= 1440 or not minutes:
        return ok(DURATION, f"{minutes} minutes" if minutes else "without a limit")
    effect = f"Outlook is declined for meetings longer than {minutes} minutes, while the platform can book them"
    return warn(DURATION, f"{minutes} minutes", effect, room.mend("-MaximumDurationInMinutes 1440"))


def _release(room: Room) -> Finding | None:
    releases = room.flag("EnableAutoRelease")
    if releases is None:
        return None
    ours = room.policy.check_in_minutes > 0 and room.policy.released_by is ReleasedBy.LOCKSTEP
    if releases and ours:
        effect = "two engines release the same bookings; a check-in on the platform does not stop Exchange"
        return bad(RELEASE, "on, and the policy releases as well", effect, room.mend("-EnableAutoRelease $false"))
    if not releases and room.policy.check_in_minutes and not ours:
        effect = "the policy leaves releasing to Exchange, which does not do it: nothing is released"
        return bad(RELEASE, "off", effect, room.mend("-EnableAutoRelease $true"))
    return ok(RELEASE, "on" if releases else "off")


def _private(room: Room) -> Finding | None:
    removed = room.flag("RemovePrivateProperty")
    if removed is None:
        return None
    if not removed:
        return ok(PRIVATE, "kept")
    effect = (
        "the room's copy of a private meeting looks like any other; that it is private is known only where its "
        "organiser's mailbox may be read"
    )
    return warn(PRIVATE, "cleared", effect, room.mend("-RemovePrivateProperty $false"))


def _subject(room: Room) -> Finding | None:
    deleted, replaced = room.flag("DeleteSubject"), room.flag("AddOrganizerToSubject")
    if deleted is None and replaced is None:
        return None
    if not deleted and not replaced:
        return ok(SUBJECT, "kept")
    if room.policy.titles is not Titles.FULL:
        return ok(SUBJECT, "replaced by the organiser's name, and the policy shows no titles")
    effect = "the platform shows the organiser's name, or the title where the organiser's mailbox may be read"
    mend = room.mend("-DeleteSubject $false", "-AddOrganizerToSubject $false")
    return warn(SUBJECT, "replaced by the organiser's name", effect, mend)


def _cancelled(room: Room) -> Finding | None:
    removed = room.flag("RemoveCanceledMeetings")
    if removed is None:
        return None
    if removed:
        return ok(CANCELLED, "removed; each is asked for by its id before its booking is cancelled")
    return ok(CANCELLED, "kept and marked as cancelled, which frees their time on the platform")


def _pending(room: Room) -> Finding | None:
    tentative = room.flag("TentativePendingApproval")
    if tentative is None:
        return None
    if tentative:
        return ok(PENDING, "tentative until they are answered")
    effect = "a request that waits is shown as free in the room, so the platform may give its time away"
    return warn(PENDING, "shown as free", effect, room.mend("-TentativePendingApproval $true"))


AUTOMATIC, DELEGATES, WHO = "automatic processing", "delegates", "who may book"
WINDOW, BEYOND = "booking window", "series beyond the window"
RECURRING, EXTERNAL, CONFLICTS = "recurring meetings", "external meetings", "conflicts"
DURATION, RELEASE, PRIVATE = "longest meeting", "auto-release", "private flag"
SUBJECT, CANCELLED, PENDING = "subject", "cancelled meetings", "pending requests"

RULES: dict[str, Callable[[Room], Finding | None]] = {
    AUTOMATIC: _automatic,
    DELEGATES: _delegates,
    WHO: _who,
    WINDOW: _window,
    BEYOND: _beyond,
    RECURRING: _recurring,
    EXTERNAL: _external,
    CONFLICTS: _conflicts,
    DURATION: _duration,
    RELEASE: _release,
    PRIVATE: _private,
    SUBJECT: _subject,
    CANCELLED: _cancelled,
    PENDING: _pending,
}
"""Every rule by the name of its check."""

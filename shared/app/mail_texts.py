"""The words of mails of ours, in the recipient's language where there is one, else in English.

A mail names the resource, the recipient's own booking and its time in the resource's zone. Of another booking it
says what the policy lets the platform show, and of a private one only that it is private.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.app.messages import Words, words_of
from shared.domain.booking import Booking, CalendarItem, Item, Person, Side
from shared.domain.decisions import Code
from shared.domain.notices import NoticeKind
from shared.domain.policy import Policy, Titles
from shared.domain.projection import BUSY_TITLE, to_platform
from shared.domain.resource import Resource
from shared.domain.spans import AllDay, When
from shared.ports.people import Message

_LONGEST = 120
_MOST_LISTED = 30


@dataclass(frozen=True)
class Letter:
    """What a mail is about.

    ``own`` is the recipient's booking, ``old`` the time it has again, ``other`` what stands against it (None: a
    blocked time, or nothing that is known). ``more`` are further bookings to which the same happened,
    ``free`` names resources that could be had instead. ``link``
    opens the booking's story until ``until``.
    """

    kind: NoticeKind
    code: Code
    to: Person
    own: Booking
    link: str
    until: datetime
    old: When | None = None
    other: Item | None = None
    other_origin: Side = Side.CALENDAR
    language: str = ""
    more: tuple[When, ...] = ()
    free: str = ""


def message_of(letter: Letter, resource: Resource) -> Message:
    """Return the mail for its recipient."""
    words, zone = words_of(letter.language, "mail"), resource.facts.zone
    room, time = _line(resource.facts.name) or resource.address, time_text(letter.own.when, zone, words)
    title = "" if letter.own.private else _line(letter.own.title)
    booking = words["titled" if title else "untitled"].format(title=title, room=room, time=time).strip(",")
    places = {
        "room": room,
        "time": time,
        "booking": booking[0].upper() + booking[1:],
        "old": time_text(letter.old, zone, words) if letter.old else "",
        "other": _other(letter, resource.policy, words),
        "other_time": time_text(letter.other.booking.when, zone, words) if letter.other else time,
        "why": _why(letter, resource.policy, words) + _free(letter, words),
    }
    name = _line(letter.to.name)
    until = time_text(_day(letter.until, zone), zone, words, bare=True)
    parts = (
        words["greeting"].format(name=name) if name else words["greeting_nobody"],
        words[letter.kind].format(**places),
        *_further(letter, zone, words),
        *((f"{words['story'].format(until=until)}\n{letter.link}",) if letter.link else ()),
        words["footer"],
    )
    return Message(letter.to, words[f"{letter.kind}_subject"].format(**places), "\n\n".join(parts) + "\n")


def _further(letter: Letter, zone: str, words: Words) -> tuple[str, ...]:
    """Return the paragraph about further bookings, where there are any."""
    if not letter.more:
        return ()
    lines = [f"- {time_text(when, zone, words)}" for when in letter.more[:_MOST_LISTED]]
    if len(letter.more) > _MOST_LISTED:
        lines.append("- …")
    return ("\n".join((words["more"].format(count=len(letter.more)), *lines)),)


def time_text(when: When, zone: str, words: Words, *, bare: bool = False) -> str:
    """Return a time in words, on the clock of ``zone``; ``bare`` names a day only."""
    if isinstance(when, AllDay):
        first, last = f"{when.first:{words['day']}}", f"{when.until - timedelta(days=1):{words['day']}}"
        if bare:
            return first
        return words["all_day"].format(day=first) if first == last else words["all_days"].format(first=first, last=last)
    start, end = when.start.astimezone(ZoneInfo(zone)), when.end.astimezone(ZoneInfo(zone))
    first, last = f"{start:{words['day']}}", f"{end:{words['day']}}"
    clocks = {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
    if first == last:
        return words["span"].format(day=first, **clocks)
    return words["long_span"].format(first=first, last=last, **clocks)


def _day(moment: datetime, zone: str) -> AllDay:
    day = moment.astimezone(ZoneInfo(zone)).date()
    return AllDay(day, day + timedelta(days=1))


def _why(letter: Letter, policy: Policy, words: Words) -> str:
    match letter.code:
        case Code.LOST_TO_BLOCK:
            return words["why_block"]
        case Code.LOST_TO_OTHER:
            return words["why_other"].format(other=_other(letter, policy, words))
        case Code.ROOM_DECLINED:
            return words["why_declined"]
        case Code.ROOM_SILENT:
            return words["why_silent"]
        case Code.CANCELLED_ON_PLATFORM:
            return words["why_calendar"]
        case _:
            return words["why_else"]


def _free(letter: Letter, words: Words) -> str:
    return " " + words["free"].format(names=_line(letter.free)) if letter.free else ""


def _other(letter: Letter, policy: Policy, words: Words) -> str:
    """Return the other booking as the policy's titles let it be shown to somebody else."""
    if letter.other is None:
        return words["other_busy"]
    if letter.other.booking.private:
        return words["other_private"]
    shown = _line(_shown(letter.other, policy, letter.other_origin))
    if not shown or shown == BUSY_TITLE or policy.titles is Titles.BUSY:
        return words["other_busy"]
    return words["other_titled"].format(title=shown)


def _shown(other: Item, policy: Policy, origin: Side) -> str:
    if isinstance(other, CalendarItem) and origin is Side.CALENDAR:
        return to_platform(other, policy).title
    if policy.titles is Titles.FULL:
        return other.booking.title
    owner = other.booking.organiser
    return (owner.name or owner.address) if owner else ""


def _line(text: str) -> str:
    """Return somebody's text as one short line: it may neither end a header nor pose as ours."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"

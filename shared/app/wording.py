"""Words for decisions, made when they are shown: a code and its facts become one sentence.

The sentences name times in the resource's zone. They never hold a title or a name of a booking's person.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from shared.domain.decisions import Code, Reason

_SENTENCES = {
    Code.CREATED_ON_PLATFORM: "It was new in the calendar and was made on the platform.",
    Code.CREATED_ON_CALENDAR: "It was new on the platform and was made in the calendar.",
    Code.CHANGED_ON_PLATFORM: "The calendar changed ({fields}) and the platform followed.",
    Code.CHANGED_ON_CALENDAR: "The platform changed ({fields}) and the calendar followed.",
    Code.CANCELLED_ON_PLATFORM: "It no longer takes place in the calendar, so the platform's booking was cancelled.",
    Code.CANCELLED_ON_CALENDAR: "It was cancelled on the platform, so its entry in the calendar was cancelled.",
    Code.DECLINED_ON_CALENDAR: "The booking was cancelled on the booking platform, so the room no longer attends.",
    Code.PAIRED: "Both sides showed the same booking; they were tied to each other.",
    Code.ADOPTED: "A copy made before was found again and adopted.",
    Code.AWAITS_ROOM: "The meeting waits for the room's answer.",
    Code.SAME_FIELD_EDITED: "Both sides changed the {field}; the one of the {kept} was kept.",
    Code.NOT_OURS_TO_WRITE: "The {field} belongs to the meeting's organiser, so the platform got it back.",
    Code.ORGANISER_OUT_OF_REACH: "The change could not be made in the organiser's mailbox: {why}.",
    Code.PUT_BACK: "The change was put back on the {side}.",
    Code.MADE_AGAIN: "It was edited on one side and removed on the other; it was made again on the {side}.",
    Code.LOST_TO_OTHER: "The room is taken {time} by another booking that goes before this one.",
    Code.LOST_TO_BLOCK: "The room is not available {time}.",
    Code.OVERLAP_REPORTED: "It overlaps another booking {time}; nothing was removed.",
    Code.REFUSED_BY_SIDE: "The {side} refused it: {why}.",
    Code.ENDED_ON_BOTH: "It no longer takes place on either side.",
    Code.LEFT_HORIZON: "It lies outside the horizon that is kept in lockstep.",
    Code.HELD: "It waits for a person's approval.",
    Code.UNRECOGNISED: "A newer version of Lockstep decided something that this version has no words for.",
    Code.UNDONE: "The copy that a bulk plan made was removed again.",
    Code.NOT_UNDONE: "The copy that a bulk plan made was not removed: {why}.",
    Code.SHADOWED: "In shadow: it would be written ({actions}).",
    Code.SHADOW_AGREED: "In shadow: what was planned was done by another, or is no longer needed.",
    Code.ORPHANED: "A copy that Lockstep made on the {side} earlier; what it is a copy of is not found.",
    Code.STILL_HELD: "What waits for a person's approval since {since} still waits ({steps} in all).",
    Code.SET_ASIDE: "It could not be understood: {why}.",
    Code.ONE_WAY: "This side only receives; the change was not carried over.",
    Code.LEFT_AS_EDITED: "The {side}, which only receives, was changed ({fields}); it was left as it is.",
    Code.SHOWN_BY_POLICY: "The platform shows it as the resource's settings say now ({fields}).",
    Code.TOLD: "Its owner was told by mail.",
    Code.TOLD_BY_PLATFORM: "The booking platform tells its owner by itself.",
    Code.NOBODY_TOLD: "Nobody was told by mail: {why}.",
    Code.MAYBE_TOLD: "Whether its owner was told by mail is not known: {why}.",
    Code.FELL_BACK: "The event was made in the room's own calendar, because the booker's {why}.",
    Code.ROOM_ACCEPTED: "The room accepted.",
    Code.ROOM_DECLINED: "The room declined the request.",
    Code.ROOM_SILENT: "The room did not answer within {minutes} minutes.",
    Code.WRITTEN_SINGLY: "It was written as an entry of its own and not within its series: {why}.",
    Code.ROOM_LEFT_OUT: "The room was left out of the meeting.",
    Code.AWAITS_APPROVAL: "The booking waits for its approval on the platform.",
    Code.OTHER_ROOM_REFUSED: "The meeting needs all its rooms, and {room} does not attend.",
    Code.APPROVED: "The booking was approved on the platform, so the room accepted the meeting.",
    Code.BACK_AND_FORTH: "It changed back and forth more than {times} times within an hour, so it is held.",
    Code.RELEASED: "Nobody checked in in time, so the room was released.",
    Code.DISCARDED: "A person discarded what waited for approval.",
}


_TITLE_FROM = {
    "event": "its title is the one in the room's calendar",
    "organisers_copy": "its title was read in its organiser's mailbox",
    "organisers_name": "it is shown by its organiser's name",
    "private": "it is private, so no title is shown",
    "policy": "what it is called is not shown, as the policy says",
}
"""Where a title comes from that the platform shows, by the fact that the decision names."""

_STANDS = {
    "calendar": "it stays in the calendar alone",
    "platform": "it stays on the platform alone",
    "both": "both sides stay as they are",
}
"""Where a booking stays of which nothing is done."""


def sentence(reason: Reason, zone: str) -> str:
    """Return a decision as one sentence for the person who reads it."""
    named = {"field", "fields", "kept", "side", "why", "times", "minutes", "room", "steps", "since", "actions"}
    facts = {**dict.fromkeys(named, ""), **reason.facts}
    if facts["since"]:
        facts["since"] = f"{datetime.fromisoformat(facts['since']).astimezone(ZoneInfo(zone)):%d %B %H:%M}"
    told = _SENTENCES[reason.code].format(time=_time(reason, zone), **facts)
    shown = _TITLE_FROM.get(reason.facts.get("title_from", "")) or _STANDS.get(reason.facts.get("stands", ""))
    told = f"{told[:-1]}; {shown}." if shown else told
    free = reason.facts.get("free_names")
    return f"{told} Free at that time: {free}." if free else told


def _time(reason: Reason, zone: str) -> str:
    try:
        start = datetime.fromisoformat(reason.facts["other_start"]).astimezone(ZoneInfo(zone))
        end = datetime.fromisoformat(reason.facts["other_end"]).astimezone(ZoneInfo(zone))
    except KeyError:
        return "at that time"
    if start.date() == end.date():
        return f"on {start:%d %B} from {start:%H:%M} to {end:%H:%M}"
    return f"from {start:%d %B %H:%M} to {end:%d %B %H:%M}"

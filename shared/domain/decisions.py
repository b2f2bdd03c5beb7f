"""Decisions: what was decided about a booking and why, as codes and facts that are worded when they are shown.

A fact is an id, a time, a count or the name of a field. Never a title, a body or an attendee.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.ids import MappingId


class Code(StrEnum):
    """What was decided. The word for it in each language belongs to whoever shows it."""

    CREATED_ON_PLATFORM = "created_on_platform"
    CREATED_ON_CALENDAR = "created_on_calendar"
    CHANGED_ON_PLATFORM = "changed_on_platform"
    CHANGED_ON_CALENDAR = "changed_on_calendar"
    CANCELLED_ON_PLATFORM = "cancelled_on_platform"
    CANCELLED_ON_CALENDAR = "cancelled_on_calendar"
    DECLINED_ON_CALENDAR = "declined_on_calendar"
    PAIRED = "paired"
    ADOPTED = "adopted"
    AWAITS_ROOM = "awaits_room"
    SAME_FIELD_EDITED = "same_field_edited"
    NOT_OURS_TO_WRITE = "not_ours_to_write"
    PUT_BACK = "put_back"
    MADE_AGAIN = "made_again"
    LOST_TO_OTHER = "lost_to_other"
    LOST_TO_BLOCK = "lost_to_block"
    OVERLAP_REPORTED = "overlap_reported"
    REFUSED_BY_SIDE = "refused_by_side"
    ENDED_ON_BOTH = "ended_on_both"
    LEFT_HORIZON = "left_horizon"
    HELD = "held"
    SET_ASIDE = "set_aside"
    ONE_WAY = "one_way"
    LEFT_AS_EDITED = "left_as_edited"
    SHOWN_BY_POLICY = "shown_by_policy"
    TOLD = "told"
    NOBODY_TOLD = "nobody_told"
    MAYBE_TOLD = "maybe_told"
    FELL_BACK = "fell_back"
    ROOM_ACCEPTED = "room_accepted"
    ROOM_DECLINED = "room_declined"
    ROOM_SILENT = "room_silent"
    ROOM_LEFT_OUT = "room_left_out"
    AWAITS_APPROVAL = "awaits_approval"
    APPROVED = "approved"
    OTHER_ROOM_REFUSED = "other_room_refused"
    STILL_HELD = "still_held"
    WRITTEN_SINGLY = "written_singly"
    BACK_AND_FORTH = "back_and_forth"
    UNDONE = "undone"
    NOT_UNDONE = "not_undone"
    SHADOWED = "shadowed"
    SHADOW_AGREED = "shadow_agreed"
    ORPHANED = "orphaned"
    RELEASED = "released"
    DISCARDED = "discarded"
    TOLD_BY_PLATFORM = "told_by_platform"
    ORGANISER_OUT_OF_REACH = "organiser_out_of_reach"
    MISSED_AGAIN = "missed_again"
    UNRECOGNISED = "unrecognised"
    """What a newer version decided, before an older one was deployed again: it is told, and nothing follows from it."""


@dataclass(frozen=True)
class Reason:
    """A decision before it is recorded: a code and its facts (ids, times, field names; never content)."""

    code: Code
    facts: MappingOf[str, str] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.code, tuple(sorted(self.facts.items()))))


@dataclass(frozen=True)
class Decision:
    """The recorded reason of a step or of a refusal, kept for the tenant's number of days (400 unless set).

    ``event`` and ``booking`` are the keys of both sides, as far as they were known; ``cause`` is what woke the run.
    """

    id: str
    mapping: MappingId
    at: datetime
    reason: Reason
    run: int = 0
    event: str = ""
    booking: str = ""
    cause: str = ""

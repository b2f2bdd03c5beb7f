"""What can be wrong with a resource: one word for each cause that has an alert and a runbook of its own."""

from __future__ import annotations

from enum import StrEnum


class Trouble(StrEnum):
    """What keeps a resource from being in step, or would keep anybody from noticing that it is not."""

    CALENDAR_UNREACHABLE = "calendar_unreachable"
    CALENDAR_REFUSES = "calendar_refuses"
    CALENDAR_THROTTLES = "calendar_throttles"
    MAILBOX_MISSING = "mailbox_missing"
    PLATFORM_UNREACHABLE = "platform_unreachable"
    PLATFORM_REFUSES = "platform_refuses"
    STORAGE_UNREACHABLE = "storage_unreachable"
    QUEUE_UNREACHABLE = "queue_unreachable"
    DEFECT = "defect"
    WRITES_UNSETTLED = "writes_unsettled"
    STEPS_HELD = "steps_held"
    NOT_LOOKED_AT = "not_looked_at"
    OVERLAP_OPEN = "overlap_open"
    NOTIFICATIONS_MISSING = "notifications_missing"
    SIDES_DIFFERED = "sides_differed"
    TRUTH_OLD = "truth_old"


OF_THE_INSTALLATION = frozenset((Trouble.STORAGE_UNREACHABLE, Trouble.QUEUE_UNREACHABLE))
"""What no resource's row can tell, since it concerns them all: it is counted where it is met."""

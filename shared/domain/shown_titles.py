"""What somebody who is no party to a booking may read as its title. Pure. Of a private one, nothing."""

from __future__ import annotations

from shared.domain.booking import Booking
from shared.domain.policy import Policy, Titles


def title_for_anybody(booking: Booking, policy: Policy) -> str:
    """Return the title that a resource's policy shows to anybody; empty where it shows none."""
    if booking.private or policy.titles is Titles.BUSY:
        return ""
    if policy.titles is Titles.ORGANIZER:
        return booking.organiser.name if booking.organiser else ""
    return booking.title

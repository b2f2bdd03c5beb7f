"""The mails that others send because of a step of ours: a plan counts them before it runs.

step                                            who is told
----------------------------------------------  ----------------------------------------------
the room declines                               the meeting's organiser, by Exchange
an event is made with its booker invited        the booker, by Exchange; never in a bulk run
an event with somebody invited is moved or      the person invited, by Exchange
cancelled
anything else                                   nobody
"""

from __future__ import annotations

from shared.domain.booking import Side
from shared.domain.fingerprint import Field
from shared.domain.plan import Action, Settlement, Step
from shared.domain.policy import Booker, Policy


def mails_of(settlement: Settlement, policy: Policy, *, bulk: bool) -> int:
    """Return how many mails follow when the steps of a settlement run."""
    return sum(_follows(step, settlement, policy, bulk) for step in settlement.steps)


def _follows(step: Step, settlement: Settlement, policy: Policy, bulk: bool) -> bool:
    if step.side is Side.PLATFORM:
        return False
    match step.action:
        case Action.DECLINE:
            return True
        case Action.CREATE:
            invited = step.wanted is not None and step.wanted.organiser is not None
            return invited and policy.booker is Booker.INVITED and not bulk
        case Action.CHANGE:
            return Field.TIME in step.fields and _somebody_is_invited(settlement, policy)
        case _:
            return _somebody_is_invited(settlement, policy)


def _somebody_is_invited(settlement: Settlement, policy: Policy) -> bool:
    if settlement.calendar is not None:
        return settlement.calendar.booking.organiser is not None
    # Nobody has looked at the event: whoever would be invited today was invited then, as far as anybody knows.
    return policy.booker is Booker.INVITED

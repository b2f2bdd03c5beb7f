"""What every part of the alphabet shares: one office, and from what a step chooses."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from shared.domain.spans import Timed
from tests.properties.machine.office import POINTS, SLOTS, Office

slots = st.sampled_from(SLOTS)
hours = st.sampled_from([slot for slot in SLOTS if isinstance(slot, Timed)])
which = st.integers(0, 4)
points = st.sampled_from(POINTS)
titles = st.sampled_from(["Planning", "Retrospective", "Workshop"])


class Machine(RuleBasedStateMachine):
    """A machine over one office: after each step nothing may have been written against the rules."""

    office: Office

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()

    def run(self, what: Coroutine[Any, Any, None]) -> None:
        self.runner.run(what)
        breaches = [*self.office.witness.breaches, *self.office.witness.doubled()]
        assert not breaches, "\n".join(breaches)

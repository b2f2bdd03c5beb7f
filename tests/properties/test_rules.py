"""Rules 1 to 10 under any interleaving: people on both sides, failures, lost and doubled messages, crashes, two
workers, a clock that is put back.

Each example is up to 50 steps; whenever the room comes to rest, and at the end, everything is held against the rules.
What it finds is written down as a case of its own in ``test_found_by_the_machine.py``.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from shared.ports.connector import Conflict
from tests.properties.machine.alphabet.mishaps import Mishaps
from tests.properties.machine.alphabet.orders import Orders
from tests.properties.machine.alphabet.outlook import Outlook
from tests.properties.machine.alphabet.platform import Platform
from tests.properties.machine.office import Office
from tests.properties.machine.rest import check

pytestmark = pytest.mark.timeout(1800)

STEPS = 50
POLICIES = st.fixed_dictionaries(
    {
        "winner": st.sampled_from(["first", "platform", "calendar", "report"]),
        "direct_entries": st.sampled_from(["report", "remove"]),
        "buffer_minutes": st.sampled_from([0, 0, 15]),
        "settle_seconds": st.sampled_from([0, 5]),
        "write_mode": st.sampled_from(["room", "room", "organizer"]),
        "direction": st.sampled_from(["both", "both", "both", "to_platform", "to_calendar"]),
        "received_edits": st.sampled_from(["put_back", "report"]),
        "shadow": st.sampled_from([False, False, False, True]),
    }
)


class Rules(Outlook, Platform, Mishaps, Orders):
    """One room under the rules."""

    @initialize(conflict=st.sampled_from(list(Conflict)), policy=POLICIES)
    def link(self, conflict: Conflict, policy: dict[str, Any]) -> None:
        self.office = Office(conflict)
        self.run(self.office.link(**policy))

    @rule()
    def rest(self) -> None:
        """Everything works again for two hours; both sides are equal and the rules hold."""
        self.run(self.office.calm())
        self.run(check(self.office))

    def teardown(self) -> None:
        if hasattr(self, "office"):
            self.rest()
        self.runner.close()


Rules.TestCase.settings = settings(stateful_step_count=STEPS)
TestRules = Rules.TestCase

"""What a person who looks after the room orders."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from shared.domain.commands import Verb
from tests.properties.machine.alphabet.machine import Machine, which

_VERBS = (Verb.REBASE, Verb.PROVE, Verb.APPROVE, Verb.DISCARD, Verb.RETRY, Verb.PAUSE, Verb.RESUME)
_SETTINGS: tuple[dict[str, Any], ...] = (
    *({"winner": winner} for winner in ("first", "platform", "calendar", "report")),
    *({"direct_entries": what} for what in ("report", "remove")),
    *({"buffer_minutes": minutes} for minutes in (0, 15)),
    *({"direction": direction} for direction in ("both", "to_platform", "to_calendar")),
    *({"edits": side} for side in (None, "calendar", "platform")),
)


class Orders(Machine):
    """The room is read anew, held steps run or are let go, settings change, a plan is undone, a shadow ends."""

    @rule(titles=st.sampled_from(["full", "organizer", "busy"]))
    def change_titles(self, titles: str) -> None:
        self.run(self.office.change_policy(titles=titles))

    @rule(settings=st.sampled_from(_SETTINGS))
    def change_policy(self, settings: dict[str, Any]) -> None:
        self.run(self.office.change_policy(**settings))

    @rule(verb=st.sampled_from(_VERBS))
    def order(self, verb: Verb) -> None:
        self.run(self.office.order(verb))

    @rule(verb=st.sampled_from([Verb.APPROVE, Verb.DISCARD]), which=which)
    def order_of_one_step(self, verb: Verb, which: int) -> None:
        self.run(self.office.order_of_one_step(verb, which))

    @rule()
    def undo(self) -> None:
        self.run(self.office.undo())

    @rule()
    def go_live(self) -> None:
        self.run(self.office.go_live())

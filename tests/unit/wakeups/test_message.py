"""The wake-up's body: what is written can be read, and what cannot be used is told in a sentence."""

from __future__ import annotations

import json

import pytest

from shared.adapters.servicebus.message import WakeUp, body, parse
from shared.domain.ids import ResourceId

ROOM = ResourceId("tenant-1.01K0000000000000000000ROOM")


def test_a_body_is_read_back_from_text_and_from_bytes() -> None:
    written = body(ROOM, "notification")
    assert parse(written) == WakeUp(ROOM, "notification")
    assert parse(written.encode()) == WakeUp(ROOM, "notification")


def test_a_body_carries_its_version_the_resource_and_the_cause_and_nothing_else() -> None:
    assert json.loads(body(ROOM, "sweep")) == {"v": 1, "resource": ROOM, "cause": "sweep"}


def test_what_a_newer_version_adds_is_passed_over() -> None:
    assert parse(json.dumps({"v": 7, "resource": ROOM, "cause": "due", "hint": [1]})) == WakeUp(ROOM, "due")


@pytest.mark.parametrize("cause", [None, "", 3])
def test_a_cause_that_cannot_be_read_still_wakes(cause: object) -> None:
    assert parse(json.dumps({"resource": ROOM, "cause": cause})) == WakeUp(ROOM, "unknown")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff\xfe",
        "not json",
        "[]",
        "null",
        '"text"',
        "{}",
        '{"resource": 1}',
        '{"resource": "room"}',
        '{"resource": ".x"}',
    ],
)
def test_a_body_without_a_resource_is_refused_without_being_quoted(text: str | bytes) -> None:
    with pytest.raises(ValueError, match="not sent by Lockstep") as refused:
        parse(text)
    assert "room" not in str(refused.value)

"""What leaves of an error is its kind and its place in the code, and of a text only what nobody is named in."""

from __future__ import annotations

import logging
import sys

from shared.adapters.telemetry.records import wordless
from shared.ports.telemetry import fit


def failed() -> logging.LogRecord:
    rooms: dict[str, str] = {}
    try:
        rooms["Redundancies"] += "!"
    except KeyError:
        about = sys.exc_info()
    return logging.LogRecord("lockstep.x", logging.ERROR, "x.py", 1, "run of %s ended", ("r",), about)


def test_the_words_of_an_error_stay_behind() -> None:
    told = wordless(failed())
    assert "Redundancies" not in repr(told.__dict__)
    assert told.getMessage() == "run of r ended"
    assert told.error == "KeyError"  # type: ignore[attr-defined]
    assert told.raised_at.startswith("test_records.py:")  # type: ignore[attr-defined]


def test_the_record_itself_keeps_what_the_console_shows() -> None:
    record = failed()
    wordless(record)
    assert record.exc_info is not None


def test_a_record_without_an_error_is_told_as_it_is() -> None:
    record = logging.LogRecord("lockstep.x", logging.WARNING, "x.py", 1, "slow", (), None)
    assert wordless(record) is record


def test_only_known_facts_are_told_and_no_address_among_them() -> None:
    assert fit(
        {"trouble": "defect", "title": "Redundancies", "why": "no mailbox adele@contoso.example", "days": 3}
    ) == {
        "trouble": "defect",
        "why": "(not told)",
        "days": 3,
    }

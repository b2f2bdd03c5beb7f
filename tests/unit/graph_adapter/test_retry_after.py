"""What Graph says about when to come back, in every form it has been seen in, and what of it is believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.graph.errors import Refusal, retry_after, translated
from shared.domain.wakeup import retry_delay
from shared.ports.errors import NotDone

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SWEEP = timedelta(minutes=60)

SAID = {
    "seconds": ("30", timedelta(seconds=30)),
    "fractions of a second": ("2.128", timedelta(seconds=2.128)),
    "nothing at all to wait": ("0", timedelta(0)),
    "with blanks around": (" 7 ", timedelta(seconds=7)),
    "a date": ("Fri, 20 Nov 2026 09:02:00 GMT", timedelta(minutes=2)),
    "a date without a zone": ("Fri, 20 Nov 2026 09:02:00", timedelta(minutes=2)),
    "a date in another zone": ("Fri, 20 Nov 2026 10:02:00 +0100", timedelta(minutes=2)),
    "a date that is over": ("Fri, 20 Nov 2026 08:00:00 GMT", timedelta(0)),
    "a date in a century": ("Fri, 20 Nov 2126 09:00:00 GMT", None),
    "a day": ("86400", None),
    "an absurd number": ("99999999999999999999", None),
    "infinity": ("inf", None),
    "no number": ("nan", None),
    "a number too large for any": ("1e400", None),
    "a negative number": ("-5", None),
    "an empty text": ("", None),
    "a word": ("soon", None),
    "a date that is none": ("Fri, 99 Nov 2026 09:00:00 GMT", None),
    "a zone that is none": ("Fri, 20 Nov 2026 09:00:00 +99999999", None),
}


@pytest.mark.parametrize(("said", "expected"), SAID.values(), ids=SAID)
@pytest.mark.parametrize("name", ["Retry-After", "retry-after"])
def test_what_is_said(name: str, said: str, expected: timedelta | None) -> None:
    assert retry_after({name: said}, NOW) == expected


def test_nothing_said_is_nothing() -> None:
    assert retry_after({"Date": "Fri, 20 Nov 2026 09:02:00 GMT"}, NOW) is None


@pytest.mark.parametrize(("said", "_"), SAID.values(), ids=SAID)
def test_whatever_is_said_the_wait_is_neither_none_nor_longer_than_a_day(said: str, _: object) -> None:
    error = translated(Refusal(429, "TooManyRequests", {"Retry-After": said}), "read it", NOW)
    assert isinstance(error, NotDone)
    for attempts in range(12):
        assert timedelta(milliseconds=100) <= retry_delay(attempts, error.after, SWEEP) < timedelta(days=1)

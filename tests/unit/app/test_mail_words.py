"""The words of mails: times on the clock of the resource, and why, in the reader's language."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from shared.app.mail_texts import Letter, message_of, time_text
from shared.app.messages import words_of
from shared.domain.booking import Booking, Person, ResourceFacts
from shared.domain.decisions import Code
from shared.domain.ids import MailboxId, ResourceId
from shared.domain.notices import NoticeKind
from shared.domain.policy import Policy, Titles
from shared.domain.resource import Resource
from shared.domain.spans import AllDay, Timed, When

ZURICH = "Europe/Zurich"


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (
            Timed(datetime(2026, 3, 28, 23, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
            "29.03.2026, 00:30 bis 03:30 Uhr",
        ),
        (
            Timed(datetime(2026, 3, 2, 20, tzinfo=UTC), datetime(2026, 3, 3, 8, tzinfo=UTC)),
            "02.03.2026, 21:00 Uhr bis 03.03.2026, 09:00 Uhr",
        ),
        (AllDay(date(2026, 3, 2), date(2026, 3, 3)), "02.03.2026, ganztägig"),
        (AllDay(date(2026, 3, 2), date(2026, 3, 5)), "02.03.2026 bis 04.03.2026, ganztägig"),
    ],
    ids=["over the change of the clocks", "over midnight", "one day", "three days"],
)
def test_a_time_is_told_on_the_clock_of_the_resource(when: When, words: str) -> None:
    assert time_text(when, ZURICH, words_of("de", "mail")) == words


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (Code.LOST_TO_BLOCK, "ist der Raum nicht verfügbar"),
        (Code.ROOM_DECLINED, "Der Raum hat sie abgelehnt"),
        (Code.ROOM_SILENT, "nicht rechtzeitig geantwortet"),
        (Code.CANCELLED_ON_PLATFORM, "aus dem Kalender des Raums entfernt"),
        (Code.REFUSED_BY_SIDE, "Die Seite unten sagt, warum"),
    ],
    ids=str,
)
def test_a_cancellation_says_why_in_the_readers_language(code: Code, says: str) -> None:
    when = Timed(datetime(2026, 3, 2, 20, tzinfo=UTC), datetime(2026, 3, 2, 21, tzinfo=UTC))
    letter = Letter(
        NoticeKind.CANCELLED, code, Person("ben@contoso.example"), Booking(when), "https://x", when.end, language="de"
    )
    room = Resource(
        ResourceId("t.1"),
        MailboxId("m"),
        None,
        ResourceFacts("Saal {0}", zone=ZURICH),
        policy=Policy(titles=Titles.FULL),
    )
    message = message_of(letter, room)
    assert says in message.text
    assert message.text.startswith("Guten Tag\n\nIhre Buchung von Saal {0}, 02.03.2026, 21:00 bis 22:00 Uhr wurde")

"""A fingerprint holds what a side owns for a mapping, field by field, and tells change from the unknown."""

from __future__ import annotations

import hashlib
import hmac
import struct
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from shared.domain.booking import Answer, CalendarItem, Item, Person, PlatformItem, ShowAs
from shared.domain.fingerprint import VERSION, Field, Fingerprint, fingerprint
from shared.domain.ids import Version
from shared.domain.spans import AllDay, Timed
from tests.unit.domain.values import ADELE, BEN, KEY, NOON, booked, entry, meeting

OWNED: dict[str, tuple[Item, set[Field]]] = {
    "of somebody else's meeting the room's copy has time, cancellation and answer": (
        meeting(),
        {Field.TIME, Field.CANCELLED, Field.ANSWER},
    ),
    "an event of the room's own has time, cancellation, title, privacy and status": (
        entry(),
        {Field.TIME, Field.CANCELLED, Field.TITLE, Field.PRIVATE, Field.STATUS},
    ),
    "a platform booking has its owner as well": (
        booked(),
        {Field.TIME, Field.CANCELLED, Field.TITLE, Field.PRIVATE, Field.STATUS, Field.ORGANISER},
    ),
}


@pytest.mark.parametrize(("item", "expected"), OWNED.values(), ids=OWNED)
def test_which_fields_count(item: Item, expected: set[Field]) -> None:
    assert fingerprint(item, KEY).digests.keys() == expected


def test_a_digest_is_keyed_blake2b_of_96_bits_personalised_by_the_fields_name() -> None:
    """What is remembered stays readable: another way of computing it is a new version."""
    of = booked()
    values = {
        Field.TIME: struct.pack("!dd", 1_795_424_400, 1_795_428_000),
        Field.CANCELLED: b"\0",
        Field.TITLE: of.booking.title.encode(),
        Field.PRIVATE: b"\0",
        Field.STATUS: b"\0",
    }
    codes = {
        name: hashlib.blake2b(value, key=KEY, person=name.encode(), digest_size=12).hexdigest()
        for name, value in values.items()
    }
    person = hmac.new(KEY, f"organiser:{BEN.address.casefold()}".encode(), "sha256").hexdigest()[:24]
    assert fingerprint(of, KEY).digests == {**codes, Field.ORGANISER: person}
    assert VERSION == 3


def test_days_and_answers_have_digests_of_their_own() -> None:
    days = meeting(when=AllDay(date(2026, 11, 23), date(2026, 11, 25)))
    values = {
        Field.TIME: struct.pack("!II", date(2026, 11, 23).toordinal(), date(2026, 11, 25).toordinal()),
        Field.CANCELLED: b"\0",
        Field.ANSWER: days.answer.encode(),
    }
    assert fingerprint(days, KEY).digests == {
        name: hashlib.blake2b(value, key=KEY, person=name.encode(), digest_size=12).hexdigest()
        for name, value in values.items()
    }


def _retitled(item: Item) -> Item:
    return replace(item, booking=replace(item.booking, title="Other"))


def _timed_anew(item: Item) -> Item:
    return replace(item, booking=replace(item.booking, when=NOON))


def _owned_by(item: Item, person: Person | None) -> Item:
    return replace(item, booking=replace(item.booking, organiser=person))


def _shown(item: CalendarItem, show_as: ShowAs) -> Item:
    return replace(item, show_as=show_as)


CHANGES: dict[str, tuple[Item, Item, set[Field]]] = {
    "nothing": (meeting(), meeting(), set()),
    "a new version alone is no change": (booked(), replace(booked(), version=Version("2")), set()),
    "Exchange's own subject on the room's copy is no change": (meeting(), _retitled(meeting()), set()),
    "the private flag cleared on the room's copy is no change": (meeting(private=True), meeting(), set()),
    "another organiser on the room's copy is no change": (meeting(), _owned_by(meeting(), BEN), set()),
    "how the room's copy is shown is no change": (meeting(), _shown(meeting(), ShowAs.OOF), set()),
    "the time of somebody else's meeting": (meeting(), _timed_anew(meeting()), {Field.TIME}),
    "the room's answer": (meeting(), meeting(answer=Answer.DECLINED), {Field.ANSWER}),
    "a cancellation left in place": (meeting(), meeting(cancelled=True), {Field.CANCELLED}),
    "the title of our own event": (entry(), _retitled(entry()), {Field.TITLE}),
    "the privacy of our own event": (entry(), entry(private=True), {Field.PRIVATE}),
    "the time and the title of our own event": (entry(), _timed_anew(_retitled(entry())), {Field.TIME, Field.TITLE}),
    "the owner of a platform booking": (booked(), booked(owner=ADELE), {Field.ORGANISER}),
    "the owner's address in another case is no change": (
        booked(),
        booked(owner=Person(BEN.address.upper(), "Benjamin")),
        set(),
    ),
    "no owner instead of one": (booked(), booked(owner=None), {Field.ORGANISER}),
    "a timed booking made all-day": (
        booked(),
        booked(when=AllDay(date(2026, 11, 23), date(2026, 11, 24))),
        {Field.TIME},
    ),
}


@pytest.mark.parametrize(("before", "now", "expected"), CHANGES.values(), ids=CHANGES)
def test_what_counts_as_a_change(before: Item, now: Item, expected: set[Field]) -> None:
    assert fingerprint(before, KEY).changed_to(fingerprint(now, KEY)) == expected


def test_a_field_that_only_one_of_both_owns_does_not_count() -> None:
    copy, own = fingerprint(meeting(), KEY), fingerprint(entry(), KEY)
    assert copy.changed_to(own) == frozenset()
    assert own.changed_to(copy) == frozenset()


def test_the_same_text_in_two_fields_has_two_digests() -> None:
    digests = fingerprint(booked(title="False"), KEY).digests
    assert len({digests[Field.TITLE], digests[Field.PRIVATE], digests[Field.CANCELLED]}) == 3


def test_another_key_gives_other_digests_and_no_digest_holds_content() -> None:
    mine, theirs = fingerprint(booked(title="Redundancies"), KEY), fingerprint(booked(title="Redundancies"), b"other")
    assert not set(mine.digests.values()) & set(theirs.digests.values())
    assert "Redundancies" not in repr(mine)
    assert BEN.address not in repr(mine)


def test_a_fingerprint_of_another_version_is_unknown() -> None:
    assert fingerprint(booked(), KEY).is_known
    assert not Fingerprint(fingerprint(booked(), KEY).digests, VERSION + 1).is_known
    assert not Fingerprint(fingerprint(booked(), KEY).digests, VERSION - 1).is_known


def test_equal_fingerprints_are_one_member_of_a_set() -> None:
    item: PlatformItem = booked()
    assert len({fingerprint(item, KEY), fingerprint(item, KEY), fingerprint(booked(when=NOON), KEY)}) == 2


def test_a_fingerprint_does_not_depend_on_the_zone_in_which_a_time_was_typed() -> None:
    zurich = ZoneInfo("Europe/Zurich")
    same = Timed(datetime(2026, 11, 23, 10, tzinfo=zurich), datetime(2026, 11, 23, 11, tzinfo=zurich))
    assert fingerprint(booked(when=same), KEY) == fingerprint(booked(), KEY)

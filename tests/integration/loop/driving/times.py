"""The week in which the loop's tests book: far enough ahead to be in nobody's past, well inside the horizon."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta


def day(offset: int = 0) -> date:
    """The tests' first day, or a later one."""
    return datetime.now(UTC).date() + timedelta(days=7 + offset)


def at(hour: int, minute: int = 0, offset: int = 0) -> datetime:
    """An instant of the tests' first day, or a later one, in UTC."""
    return datetime.combine(day(offset), time(hour, minute), UTC)


def stamp(moment: datetime) -> str:
    """An instant as both sides show it here."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

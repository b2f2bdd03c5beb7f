"""NCRONTAB: six fields, seconds first, as NCrontab.Signed reads them; times are UTC.

Differences from cron that matter: both day fields must match (cron takes either), Sunday is 0 and 7 is refused,
`5/15` means from 5 to the end by 15. Five fields are read with second 0, as `CronSchedule` does. A time span
("00:05:00") runs on dedicated plans only and is refused.
"""

import itertools
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from local.host.refusal import Refusal

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_FIELDS = (
    ("second", 0, 59),
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day", 1, 31),
    ("month", 1, 12),
    ("day of week", 0, 6),
)
_PART = re.compile(r"(?P<first>\*|\w+)(?:-(?P<last>\w+))?(?:/(?P<step>\d+))?")
_MOST_YEARS = 9


@dataclass(frozen=True, slots=True)
class Schedule:
    """The values each field admits."""

    text: str
    seconds: frozenset[int]
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    @classmethod
    def parse(cls, text: str, where: str) -> "Schedule":
        """Read an expression.

        Raises:
            Refusal: it is no NCRONTAB expression, or it is one that never comes.
        """
        if re.fullmatch(r"-?[\d.]+:[\d:.]+", text):
            raise Refusal(f"{where}: the schedule {text!r} is a time span, which needs a dedicated plan; use NCRONTAB.")
        parts = text.split()
        if len(parts) == 5:
            parts = ["0", *parts]
        if len(parts) != 6:
            raise Refusal(f"{where}: the schedule {text!r} has {len(parts)} fields; NCRONTAB has six, seconds first.")
        values = [
            _values(part, field, f"{where}: the schedule {text!r}") for part, field in zip(parts, _FIELDS, strict=True)
        ]
        schedule = cls(text, *values)
        if schedule.after(datetime(2026, 1, 1, tzinfo=UTC)) is None:
            raise Refusal(f"{where}: the schedule {text!r} never comes.")
        return schedule

    def after(self, moment: datetime) -> datetime | None:
        """The first occurrence later than `moment` (UTC, whole seconds); None where there is none within 9 years."""
        at = moment.replace(microsecond=0) + timedelta(seconds=1)
        end = at.year + _MOST_YEARS
        while at.year < end:
            if at.month not in self.months:
                at = (at.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=0, second=0)
            elif at.day not in self.days or at.isoweekday() % 7 not in self.weekdays:
                at = (at + timedelta(days=1)).replace(hour=0, minute=0, second=0)
            elif at.hour not in self.hours:
                at = (at + timedelta(hours=1)).replace(minute=0, second=0)
            elif at.minute not in self.minutes:
                at = (at + timedelta(minutes=1)).replace(second=0)
            elif at.second not in self.seconds:
                at += timedelta(seconds=1)
            else:
                return at
        return None

    def shortest_gap(self, moment: datetime, looked_at: int = 6) -> timedelta:
        """The shortest time between the next few occurrences after `moment`."""
        times = [moment]
        for _ in range(looked_at):
            following = self.after(times[-1])
            if following is None:
                break
            times.append(following)
        gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
        return min(gaps, default=timedelta.max)


def _values(text: str, field: tuple[str, int, int], where: str) -> frozenset[int]:
    admitted: set[int] = set()
    for part in text.split(","):
        admitted.update(_range(part, field, where))
    return frozenset(admitted)


def _range(part: str, field: tuple[str, int, int], where: str) -> range:
    name, least, most = field
    match = _PART.fullmatch(part)
    if match is None or (match["first"] == "*" and match["last"]):
        raise Refusal(f"{where}: {part!r} is no {name}.")
    step = int(match["step"] or 1)
    if step == 0:
        raise Refusal(f"{where}: {part!r} steps by 0.")
    if match["first"] == "*":
        return range(least, most + 1, step)
    first = _number(match["first"], field, where)
    if match["last"]:
        last = _number(match["last"], field, where)
        first, last = min(first, last), max(first, last)
    else:
        last = most if match["step"] else first
    return range(first, last + 1, step)


def _number(text: str, field: tuple[str, int, int], where: str) -> int:
    name, least, most = field
    names = {"month": _MONTHS, "day of week": _DAYS}.get(name, ())
    if text.isdecimal():
        value = int(text)
    else:
        found = [index for index, each in enumerate(names) if len(text) >= 3 and each.startswith(text.lower())]
        value = found[0] + least if found else -1
    if not least <= value <= most:
        raise Refusal(f"{where}: {text!r} is no {name}; it is {least} to {most}.")
    return value

"""The iCalUId that all copies of a meeting share. Pure.

That of one occurrence is its series' with a date in it (bytes 17 to 20 of the global object id, MS-OXOCAL 2.2.1.27);
the series' own has zeros there. Of an id in another form nothing is known but itself.
"""

from __future__ import annotations

_GLOBAL_OBJECT_ID = "040000008200E00074C5B7101A82E008"
_DATE = 8


def series_uid(ical_uid: str) -> str:
    """Return the iCalUId of the series of which a meeting is an occurrence, and anything else as it is."""
    start = len(_GLOBAL_OBJECT_ID)
    if not ical_uid.upper().startswith(_GLOBAL_OBJECT_ID):
        return ical_uid
    return ical_uid[:start] + "0" * _DATE + ical_uid[start + _DATE :]


def names_occurrence(ical_uid: str) -> bool:
    """Tell whether an iCalUId is that of one occurrence."""
    return ical_uid != series_uid(ical_uid)

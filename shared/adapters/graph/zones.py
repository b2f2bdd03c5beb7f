"""Names of time zones as Exchange writes them, to the zone itself: Windows and IANA names are one zone.

A name that is no zone is an error of its own and is never replaced by UTC.
"""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo

_EXCHANGE_UTC = "tzone://Microsoft/Utc"


class UnknownZoneError(ValueError):
    """A name that names no zone (``tzone://Microsoft/Custom`` among them, which carries no rules)."""


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    """Return the zone of a Windows or an IANA name."""
    try:
        return ZoneInfo(iana_name(name))
    except (KeyError, ValueError, OSError) as error:
        raise UnknownZoneError(f"'{name}' is no known time zone") from error


def iana_name(name: str) -> str:
    """Return the IANA name of a Windows name; any other name comes back as it is.

    The table is CLDR's as tzlocal ships it. It is imported at the first name that is not plain UTC.
    """
    if name in ("UTC", _EXCHANGE_UTC):
        return "UTC"
    from tzlocal.windows_tz import win_tz

    return win_tz.get(name, name)

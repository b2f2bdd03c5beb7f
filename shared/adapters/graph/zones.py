"""Names of time zones as Exchange writes them, to the zone itself: Windows and IANA names are one zone.

The table is CLDR's as tzlocal ships it; there is none of ours. A name that is no zone is an error of its own and is
never replaced by UTC. ``tzone://Microsoft/Custom`` stands for rules that Graph does not tell: only who knows the
mailbox's own zone can read it.
"""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo

CUSTOM = "tzone://Microsoft/Custom"
_EXCHANGE_UTC = "tzone://Microsoft/Utc"


class UnknownZoneError(ValueError):
    """A name that names no zone."""


@lru_cache(maxsize=512)
def zone(name: str, custom: str | None = None) -> ZoneInfo:
    """Return the zone of a Windows or an IANA name; ``custom`` is the one that a custom zone is taken for."""
    if name == CUSTOM and custom is not None:
        return ZoneInfo(custom)
    try:
        return ZoneInfo(iana_name(name))
    except (KeyError, ValueError, OSError) as error:
        raise UnknownZoneError(f"'{name}' is no known time zone") from error


def iana_name(name: str) -> str:
    """Return the IANA name of a Windows name, in any case; any other name comes back as it is.

    The table is imported at the first name that is not plain UTC.
    """
    if name in ("UTC", _EXCHANGE_UTC):
        return "UTC"
    return _windows().get(name.casefold(), name)


def windows_name(name: str) -> str:
    """Return the Windows name of an IANA name, which every mailbox takes; one without stays as it is."""
    from tzlocal.windows_tz import tz_win

    return tz_win.get(name, name)


@lru_cache(maxsize=1)
def _windows() -> dict[str, str]:
    from tzlocal.windows_tz import win_tz

    return {windows.casefold(): iana for windows, iana in win_tz.items()}

"""Time zone names as Exchange knows them: Windows and IANA names, both ways, from CLDR.

A name that Exchange would not take is refused with Exchange's own error; it is never guessed, and never
replaced by UTC. The table is CLDR's (territory 001) as the package tzlocal ships it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from tzlocal.windows_tz import tz_win, win_tz

from local.graph.wire import GraphError

UTC_NAME = "UTC"
CUSTOM_ZONE = "tzone://Microsoft/Custom"
"""What Exchange reports for a zone that its client described by rules instead of a name."""
EXCHANGE_UTC = "tzone://Microsoft/Utc"


class TimeZoneNotSupportedError(GraphError):
    """A name that names no zone; Graph answers 400 `TimeZoneNotSupportedException` in these words.

    Source: live answers quoted in microsoftgraph/microsoft-graph-docs-contrib#7091 and
    msgraph-sample-rubyrailsapp#195.
    """

    def __init__(self, name: str) -> None:
        message = f"A valid TimeZone value must be specified. The following TimeZone value is not supported: '{name}'."
        super().__init__(400, "TimeZoneNotSupportedException", message)


def find_zone(name: str, custom: ZoneInfo | None = None) -> ZoneInfo:
    """The zone behind a Windows name, an IANA name or one of Exchange's `tzone://` names.

    `custom` is the zone that `tzone://Microsoft/Custom` stands for (the mailbox's own); without it that name
    is refused, because it carries no rules. Raises TimeZoneNotSupportedError.
    """
    if name == EXCHANGE_UTC:
        return ZoneInfo(UTC_NAME)
    if name == CUSTOM_ZONE:
        if custom is None:
            raise TimeZoneNotSupportedError(name)
        return custom
    found = _windows_by_folded_name().get(name.casefold())
    iana = win_tz[found] if found is not None else name
    if iana not in _zone_names():
        raise TimeZoneNotSupportedError(name)
    try:
        return ZoneInfo(iana)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise TimeZoneNotSupportedError(name) from error


def iana_name(name: str) -> str:
    """The IANA name of a Windows or IANA name. Raises TimeZoneNotSupportedError."""
    return find_zone(name).key


def windows_name(name: str) -> str:
    """The Windows name of a Windows or IANA name.

    An IANA zone to which CLDR gives no Windows name keeps its own. Raises TimeZoneNotSupportedError.
    """
    found = _windows_by_folded_name().get(name.casefold())
    if found is not None:
        return found
    return tz_win.get(name, find_zone(name).key)


def same_zone(left: str, right: str) -> bool:
    """Whether two names, Windows or IANA, name one zone."""
    return windows_name(left) == windows_name(right)


def supported_time_zones(standard: str = "Windows") -> list[Mapping[str, str]]:
    """The `timeZoneInformation` values of outlookUser supportedTimeZones.

    `standard` is `Windows` or `Iana` (in any case); another one is a ValueError.
    """
    folded = standard.casefold()
    if folded == "windows":
        return [{"alias": name, "displayName": name} for name in sorted(win_tz)]
    if folded == "iana":
        return [{"alias": name, "displayName": name} for name in sorted(tz_win) if name in _zone_names()]
    raise ValueError(f"timeZoneStandard '{standard}' is neither Windows nor Iana; name one of the two.")


@cache
def _windows_by_folded_name() -> Mapping[str, str]:
    # "UTC" is a Windows name too and must win over the IANA alias of the same spelling.
    return {name.casefold(): name for name in win_tz}


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())

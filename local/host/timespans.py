""".NET time spans as they stand in `host.json` and in retry policies; seconds everywhere else in the host."""

import re

from local.host.refusal import Refusal

_TIMESPAN = re.compile(r"(?:(?P<d>\d+)\.)?(?P<h>\d{1,2}):(?P<m>\d{1,2}):(?P<s>\d{1,2}(?:\.\d{1,7})?)")


def seconds_of(text: object, where: str) -> float:
    """Seconds of `[d.]hh:mm:ss[.fffffff]`.

    Raises:
        Refusal: `text` is no time span, or an hour, minute or second is out of range as .NET would say.
    """
    match = _TIMESPAN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise Refusal(f"{where} is {text!r}, which is no time span; write it as hh:mm:ss, for example 00:05:00.")
    hours, minutes, seconds = int(match["h"]), int(match["m"]), float(match["s"])
    if hours > 23 or minutes > 59 or seconds >= 60:
        raise Refusal(f"{where} is {text!r}: hours end at 23, minutes and seconds at 59; write days as d.hh:mm:ss.")
    return int(match["d"] or 0) * 86400 + hours * 3600 + minutes * 60 + seconds

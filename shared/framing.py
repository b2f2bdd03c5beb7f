"""Whose pages may show this app's pages in a frame: an intranet, Teams. The installation lists their origins.

Only pages that people book on may be framed, never the console: a page around it could lead a click of somebody who
may approve. An entry is ``https://`` and a host, which may begin with ``*.``, or one of this machine; no path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

KEY = "LOCKSTEP_FRAMED_BY"
_HOST = r"(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
_ORIGIN = re.compile(rf"https://{_HOST}(:\d{{1,5}})?|https?://(127\.0\.0\.1|localhost)(:\d{{1,5}})?")
_SEPARATOR = re.compile(r"[\s,]+")


def framed_by(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the origins that may frame; what is no origin is left out."""
    return tuple(each for each in _entries(environment) if _ORIGIN.fullmatch(each))


def mistakes_about_framing(environment: Mapping[str, str]) -> list[str]:
    """Return a sentence about what is no origin, without its value; none where all are good."""
    if len(framed_by(environment)) == len(_entries(environment)):
        return []
    return [f"{KEY} has an entry that is no origin such as https://intranet.example.com"]


def _entries(environment: Mapping[str, str]) -> list[str]:
    return [each for each in _SEPARATOR.split(environment.get(KEY, "")) if each]

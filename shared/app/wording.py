"""Words for decisions, made when they are shown: a code and its facts become one sentence in the reader's language.

The sentences name times in the resource's zone. They never hold a title or a name of a booking's person. What another
service says of a refusal is shown as it says it.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from shared.app.messages import USUAL, Words, words_of
from shared.app.said import told
from shared.domain.decisions import Reason

_NAMES = ("field", "fields", "kept", "side", "actions")
_OTHERS = ("times", "minutes", "room", "steps")


def sentence(reason: Reason, zone: str, language: str = USUAL) -> str:
    """Return a decision as one sentence for the person who reads it."""
    facts = {name: reason.facts.get(name, "") for name in _OTHERS}
    facts |= {name: _named(reason.facts.get(name, ""), words_of(language, "names")) for name in _NAMES}
    facts["why"] = told(reason.facts.get("why", ""), language)
    times = words_of(language, "times")
    facts["since"] = _moment(reason.facts.get("since", ""), zone, times)
    worded = words_of(language, "decisions")[reason.code].format(time=_time(reason, zone, times), **facts)
    shown = words_of(language, "title_from").get(reason.facts.get("title_from", ""))
    shown = shown or words_of(language, "stands").get(reason.facts.get("stands", ""))
    worded = f"{worded[:-1]}; {shown}." if shown else worded
    free = reason.facts.get("free_names")
    return f"{worded} {words_of(language, 'mail')['free'].format(names=free)}" if free else worded


def _named(fact: str, names: Words) -> str:
    """Return the sides, fields or actions of a fact by their names."""
    return ", ".join(names.get(each, each) for each in fact.split(","))


def _moment(text: str, zone: str, words: Words) -> str:
    return f"{datetime.fromisoformat(text).astimezone(ZoneInfo(zone)):{words['moment']}}" if text else ""


def _time(reason: Reason, zone: str, words: Words) -> str:
    try:
        start = datetime.fromisoformat(reason.facts["other_start"]).astimezone(ZoneInfo(zone))
        end = datetime.fromisoformat(reason.facts["other_end"]).astimezone(ZoneInfo(zone))
    except KeyError:
        return words["unknown"]
    return stretch(start, end, words)


def stretch(start: datetime, end: datetime, words: Words) -> str:
    """Return a time from one moment to another, both in the zone in which they are told."""
    clocks = {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
    if start.date() == end.date():
        return words["within"].format(day=f"{start:{words['day']}}", **clocks)
    return words["over"].format(first=f"{start:{words['day']}}", last=f"{end:{words['day']}}", **clocks)

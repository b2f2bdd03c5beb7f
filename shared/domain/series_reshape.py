"""What becomes of a series of ours that stands in the calendar, where several of its occurrences change. Pure.

    what the platform asks                          what is written to the calendar
    ----------------------------------------------  --------------------------------------------------------------
    all of it changes, nothing of it has begun      the series is changed as it stands
    from one occurrence on everything changes       split: a series for what follows, then this one ends before it
    it goes on longer by the same rule              extended: this one ends later
    its last occurrences are cancelled              shortened: this one ends earlier
    anything else                                   nothing here: occurrence by occurrence
    anything but the first, of a series by which    the same
    the room is asked in a person's own mailbox

Occurrences that stay as they are may stand among those that change. Exchange drops exceptions where a rule or a time
changes: each write says which are put back. A ledger keeps no titles: what an occurrence shows by itself is read before
the write, and after a crash from its booking. Where neither would tell it, the series is not rewritten around it. What
is over is never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import takewhile

from shared.domain.booking import Booking
from shared.domain.fingerprint import Field
from shared.domain.ids import MappingId, SeriesId, series_transaction
from shared.domain.ledger import Mapping
from shared.domain.plan import LedgerView, Plan, SeriesAction, SeriesWrite, Settlement
from shared.domain.recurrence import Rule
from shared.domain.series_kin import CHANGE, CREATE, Kin, actions_of, has_moved_on, place_of, series_of, wanted_of
from shared.domain.series_places import leaves_its_place, rest
from shared.domain.standing import PutBack, StandingSeries, is_continued_by, most_shown

_FEWEST = 2


@dataclass(frozen=True)
class Reshaped:
    """The writes of standing series, and the settlements that are to be noted as members of one."""

    writes: tuple[SeriesWrite, ...] = ()
    settlements: MappingOf[MappingId, Settlement] = field(default_factory=dict)


def reshape(plan: Plan, ledger: LedgerView, why_not: Callable[[Rule], str], now: datetime) -> Reshaped:
    """Return what is written to the standing series of which this run read all."""
    writes: list[SeriesWrite] = []
    settlements: dict[MappingId, Settlement] = {}
    taken: set[MappingId] = set()
    for standing in ledger.series.values():
        if has_moved_on(plan, ledger, standing):
            continue  # It was split already: what differs still is written to the copies that were seen.
        kin = Kin.of(plan, ledger, standing, now, taken)
        write = _written(kin) if kin.mailbox is None else _rewritten_for_a_room(kin)
        if write is not None and write.rule is not None and not why_not(write.rule):
            writes.append(write)
            taken.update(write.members)
            settlements |= {each.id: each for each in _noted(plan, write)}
    return Reshaped(tuple(writes), settlements)


def _noted(plan: Plan, write: SeriesWrite) -> Iterable[Settlement]:
    """Return the bookings that get a copy within the series, as they are to be noted."""
    members = set(write.members)
    for settlement in plan.settlements:
        if settlement.id in members and actions_of(settlement) == CREATE and settlement.after is not None:
            after = replace(settlement.after, generation=write.generation, in_series=True)
            yield replace(settlement, after=after)


def _written(kin: Kin) -> SeriesWrite | None:
    if kin.changed:
        return _rewritten(kin)
    return _extended(kin) or _shortened(kin)


def _rewritten_for_a_room(kin: Kin) -> SeriesWrite | None:
    """Return the change of all of a series by which the room is asked; anything else goes occurrence by occurrence.

    A second series at the times of the first would be declined for the sake of it, and what Exchange drops and is put
    back would have the room answer twice.
    """
    write = _rewritten(kin)
    if write is None or write.action is not SeriesAction.CHANGE:
        return None
    drops = write.resets and (write.exceptions or kin.standing.cancelled)
    return None if drops else replace(write, mailbox=kin.mailbox)


def _rewritten(kin: Kin) -> SeriesWrite | None:
    """Return the change of all of a series that has not begun, or the split of one at its first changed occurrence."""
    coming = [start for start in kin.changed if start > kin.now]
    if not coming:
        return None
    series = series_of(kin.changed[min(coming)]).id
    cut = _first_touched(kin, min(coming), series)
    own = {**kin.changed, **kin.kept}
    standing = [own[start] for start in sorted(own) if start >= cut]
    ended = [kin.ended[start] for start in kin.ended if start >= cut]
    touched = {settlement.id for settlement in (*standing, *ended)}
    left_out = any(mapping.id not in touched for start, mapping in kin.mappings.items() if start >= cut)
    created = [each for each in kin.created if series_of(each).id == series]
    group = sorted([*standing, *created], key=place_of)
    if left_out or len(group) + len(ended) < _FEWEST or any(series_of(each).id != series for each in group):
        return None
    return _in_one(kin, cut, group, ended)


def _first_touched(kin: Kin, changed: datetime, series: SeriesId) -> datetime:
    """Return where a rewrite begins: at the first occurrence where all of it is still to come and has the new rule."""
    earlier = [start for start in kin.mappings if start < changed]
    first = min(earlier, default=changed)
    is_whole = all(start in kin.kept and series_of(kin.kept[start]).id == series for start in earlier)
    return first if is_whole and first > kin.now and not kin.standing.has_some_before(first) else changed


def _in_one(kin: Kin, cut: datetime, group: Sequence[Settlement], ended: Sequence[Settlement]) -> SeriesWrite | None:
    rule, wanted = rest(series_of(group[0]).rule, place_of(group[0])), _most_wanted(group)
    exceptions = tuple(each.id for each in group if _is_put_elsewhere(each, wanted))
    elsewhere = any(leaves_its_place(wanted_of(each).when, series_of(each), map(series_of, group)) for each in group)
    if rule is None or place_of(group[0]) <= kin.now or elsewhere or len(exceptions) * 2 > len(group):
        return None
    has_begun = kin.standing.has_some_before(cut)
    members = tuple(settlement.id for settlement in (*group, *ended))
    moves = any(Field.TIME in each.steps[0].fields for each in group if actions_of(each) == CHANGE)
    write = SeriesWrite(
        SeriesAction.CHANGE,
        members,
        rule=rule,
        wanted=wanted,
        exceptions=exceptions,
        master=kin.standing.master,
        cut=cut,
        resets=moves or len(members) > len(kin.changed),
        generation=_generation(group),
    )
    if has_begun:
        return _split(kin, write, series_of(group[0]).id)
    return replace(write, put_back=_exceptions(group, exceptions)) if write.resets else write


def _split(kin: Kin, write: SeriesWrite, series: SeriesId) -> SeriesWrite | None:
    standing, cut = kin.standing, write.cut
    assert cut is not None
    if kin.ends_some_before(cut):
        return None
    put_back = standing.put_back(cut, kin.mappings.keys())
    if standing.loses_some(cut, kin.mappings.keys()) or len(put_back) > len(write.members):
        return None
    generation = write.generation + 1
    while series_transaction(series, generation) == standing.transaction:
        generation += 1
    return replace(
        write,
        action=SeriesAction.SPLIT,
        transaction=series_transaction(series, generation),
        generation=generation,
        resets=True,
        put_back=put_back,
        left=standing.ending_before(cut),
    )


def _exceptions(group: Iterable[Settlement], exceptions: Iterable[MappingId]) -> tuple[PutBack, ...]:
    """Return where the occurrences go that do not follow the rule of their changed series."""
    chosen = set(exceptions)
    return tuple(PutBack(place_of(each), wanted_of(each).when) for each in group if each.id in chosen)


def _extended(kin: Kin) -> SeriesWrite | None:
    """Return the later end of a series that goes on by the rule that it has."""
    standing, group = kin.standing, kin.created
    if not group or kin.ends_some_before(None) or standing.last is None:
        return None
    rule = _longer(standing, series_of(group[0]).rule)
    follows = all(rule and rule.day_of(place_of(each)) > standing.last for each in group)
    wanted, put_back = _most_wanted(group), standing.put_back(None, kin.mappings.keys())
    alike = most_shown([wanted]) == standing.shown and len({series_of(each).rule for each in group}) == 1
    elsewhere = any(leaves_its_place(wanted_of(each).when, series_of(each), map(series_of, group)) for each in group)
    if rule is None or not (follows and alike) or elsewhere:
        return None
    if standing.loses_some(None, kin.mappings.keys()) or len(put_back) > len(group):
        return None
    return SeriesWrite(
        SeriesAction.EXTEND,
        tuple(settlement.id for settlement in group),
        rule=rule,
        wanted=wanted,
        exceptions=tuple(each.id for each in group if _is_put_elsewhere(each, wanted)),
        master=standing.master,
        cut=place_of(group[0]),
        resets=bool(put_back),
        generation=_generation(kin.mappings.values()),
        put_back=put_back,
    )


def _longer(standing: StandingSeries, rule: Rule) -> Rule | None:
    """Return the rule of a standing series up to the end of another; None where the other is another rule."""
    starts = {standing.rule.day_of(item.key.original_start) for item in standing.items if item.key.original_start}
    if not is_continued_by(standing.rule, rule) or rule.first not in starts | {standing.rule.first}:
        return None
    if rule.count is not None and rule.first != standing.rule.first:
        return None
    return replace(standing.rule, count=rule.count, until=rule.until)


def _shortened(kin: Kin) -> SeriesWrite | None:
    """Return the earlier end of a series whose last occurrences are cancelled."""
    standing = kin.standing
    tail = list(takewhile(lambda start: start in kin.ended, sorted(kin.mappings, reverse=True)))
    if len(tail) < _FEWEST or kin.created or not standing.has_some_before(tail[-1]) or not _ends_there(kin, tail):
        return None
    if kin.ends_some_before(tail[-1]):
        return None
    put_back = standing.put_back(tail[-1], kin.mappings.keys())
    if standing.loses_some(tail[-1], kin.mappings.keys()) or len(put_back) >= len(tail):
        return None
    return SeriesWrite(
        SeriesAction.SHORTEN,
        tuple(kin.ended[start].id for start in reversed(tail)),
        rule=standing.ending_before(tail[-1]),
        master=standing.master,
        cut=tail[-1],
        resets=bool(put_back),
        put_back=put_back,
    )


def _ends_there(kin: Kin, tail: Sequence[datetime]) -> bool:
    """Tell whether nothing of the series follows what is cancelled, beyond the window either."""
    if kin.standing.last is not None and kin.standing.last < kin.ledger.window.end.date():
        return True
    items = (kin.ended[start].platform for start in tail)
    rules = [item.series.rule for item in items if item and item.series]
    first = kin.standing.rule.day_of(tail[-1])
    return any(rule.until is not None and rule.until < first for rule in rules)


def _generation(members: Iterable[Settlement | Mapping]) -> int:
    mappings = (each.after if isinstance(each, Settlement) else each for each in members)
    return max((mapping.generation for mapping in mappings if mapping), default=1)


def _most_wanted(group: Sequence[Settlement]) -> Booking:
    """Return what the series is to show: what most of its occurrences are to."""
    shown = most_shown([wanted_of(each) for each in group])
    return next(wanted_of(each) for each in group if most_shown([wanted_of(each)]) == shown)


def _is_put_elsewhere(settlement: Settlement, like: Booking) -> bool:
    series, wanted = series_of(settlement), wanted_of(settlement)
    at_its_place = wanted.when == series.rule.on(series.rule.day_of(series.original_start))
    return not at_its_place or most_shown([wanted]) != most_shown([like])

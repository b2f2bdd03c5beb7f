"""The planner: a first merge of everything, and one change among as many, beside vdirsyncer doing the same."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from shared.domain.plan import LedgerView
from shared.domain.planner import plan
from tests.bench.bookings import NOW, PER_DAY, POLICY, event, mapping, platform_item, view
from tests.bench.figure import Figure, times_faster, within
from tests.bench.measuring import Piece, medians, seconds
from tests.bench.scale import Scale
from tests.bench.vdir import Pair

_SMALL = 4 * PER_DAY
_REPEATS = 50


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield the planner's figures."""
    size = scale.bookings
    pieces = _first_merges(size) | _single_changes(size)
    found = medians(pieces, scale.rounds) | medians(_between_folders(size), max(1, scale.rounds // 2))
    ms = {name: value * 1000 for name, value in found.items()}
    of = f"vdirsyncer of {size:,} bookings"
    yield Figure("planner.first_merge", ms["first"], "ms", of, ms["vdir first"], times_faster(5))
    yield Figure("planner.first_merge.paired", ms["paired"], "ms", f"{of} on both sides", ms["vdir paired"])
    yield Figure("planner.one_change", ms["one"], "ms", f"{of}, 1 changed", ms["vdir one"], times_faster(100))
    yield Figure("planner.one_change.growth", ms["one"], "ms", f"in a ledger of {_SMALL}", ms["small"], within(1.25))
    yield Figure("planner.first_merge.files", ms["first"], "ms", f"{of} between folders", ms["files first"])
    yield Figure("planner.one_change.files", ms["one"], "ms", f"{of} between folders, 1 changed", ms["files one"])


def _first_merges(size: int) -> dict[str, Piece]:
    """A ledger that knows nothing: the calendar alone holds all bookings, or both sides do."""
    # Ids say nothing about times, on neither side.
    events = random.Random(1).sample([event(number) for number in range(size)], size)
    items = random.Random(2).sample([platform_item(number) for number in range(size)], size)
    empty = view((), bulk=True)
    assert plan(empty, events, (), POLICY, NOW).writes == size
    assert plan(empty, events, items, POLICY, NOW).writes == 0
    return {
        "first": lambda: seconds(lambda: plan(empty, events, (), POLICY, NOW)),
        "vdir first": lambda: _vdir_first(size, both=False),
        "paired": lambda: seconds(lambda: plan(empty, events, items, POLICY, NOW)),
        "vdir paired": lambda: _vdir_first(size, both=True),
    }


def _vdir_first(size: int, *, both: bool) -> float:
    pair = Pair.in_memory()
    pair.fill(range(size), both=both)
    return seconds(pair.sync)


def _single_changes(size: int) -> dict[str, Piece]:
    pair = Pair.in_memory()
    pair.fill(range(size))
    pair.sync()
    turns = iter(range(size))

    def vdir_one() -> float:
        pair.change(size // 2, f"Changed {next(turns)}")
        return seconds(pair.sync)

    return {"one": _one_change_in(size), "small": _one_change_in(_SMALL), "vdir one": vdir_one}


def _one_change_in(size: int) -> Piece:
    """One booking moved by ten minutes, in a ledger of ``size``."""
    number = size // 2
    seen, moved, standing = _as_read(size, number), event(number, minutes=10), platform_item(number)
    assert plan(seen, [moved], [standing], POLICY, NOW).writes == 1
    return lambda: seconds(lambda: plan(seen, [moved], [standing], POLICY, NOW), _REPEATS)


def _as_read(size: int, number: int) -> LedgerView:
    """What a run reads of a ledger for one changed booking: its mapping and those of the same day."""
    ledger = {each: mapping(each) for each in range(size)}
    day = ledger[number].when
    return view(tuple(each for each in ledger.values() if _days(each.when) == _days(day)))


def _days(when: object) -> str:
    return str(when)[:10]


def _between_folders(size: int) -> dict[str, Piece]:
    """The same with files, told apart because most of it is input and output."""
    measured: list[float] = []

    def first() -> float:
        with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as folder:
            pair = Pair.in_folders(Path(folder))
            pair.fill(range(size))
            took = seconds(pair.sync)
            pair.change(size // 2, "Changed")
            measured.append(seconds(pair.sync))
            return took

    return {"files first": first, "files one": measured.pop}

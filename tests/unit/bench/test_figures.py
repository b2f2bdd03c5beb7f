"""What the bench says of a figure: its ratio, whether its aim holds, the table and the results file."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from tests.bench import report
from tests.bench.figure import Aim, Figure, at_most, below, equal, times_faster, within
from tests.bench.measuring import medians, percentile

AIMS: dict[str, tuple[Aim, float, float, bool]] = {
    "a fifth of the baseline is five times faster": (times_faster(5), 20, 100, True),
    "a little more than a fifth is not": (times_faster(5), 21, 100, False),
    "one and a half times is within one and a half": (within(1.5), 150, 100, True),
    "more is not": (within(1.5), 151, 100, False),
    "less than a bound is under it": (below(50, "ms"), 49.9, 1, True),
    "the bound itself is not": (below(50, "ms"), 50, 1, False),
    "as many as allowed are at most that": (at_most(2), 2, 1, True),
    "one more is not": (at_most(2), 3, 1, False),
    "the same is equal": (equal(), 36, 36, True),
    "one less is not equal": (equal(), 35, 36, False),
    "nothing is equal to nothing": (equal(), 0, 0, True),
}


@pytest.mark.parametrize(("aim", "value", "baseline", "expected"), AIMS.values(), ids=AIMS)
def test_an_aim_holds_or_does_not(aim: Aim, value: float, baseline: float, expected: bool) -> None:
    assert Figure("f", value, "u", "b", baseline, aim).holds is expected


def test_a_figure_without_an_aim_claims_nothing() -> None:
    assert Figure("f", 1, "u", "b", 2).holds is None


def test_results_are_one_object_per_line_with_these_keys(tmp_path: Path) -> None:
    file = tmp_path / "bench" / "results.jsonl"
    report.write([Figure("a", 1.23456, "ms", "b", 2, below(2, "ms")), Figure("c", 3, "s", "nothing", 0)], file)
    first, second = (json.loads(line) for line in file.read_text("utf-8").splitlines())
    assert first == {
        "name": "a", "value": 1.235, "unit": "ms", "baseline": 2, "ratio": 0.6173, "aim": "under 2 ms", "holds": True,
    }  # fmt: skip
    assert (second["ratio"], second["aim"], second["holds"]) == (None, None, None)


def test_a_missed_aim_stands_out_in_the_table() -> None:
    lines = report.table([Figure("slow", 3, "s", "b", 1, below(2, "s"))]).splitlines()
    assert lines[2].split() == ["slow", "3", "s", "b", "1", "3.00", "under", "2", "s", "NO"]


def test_a_median_is_of_rounds_in_which_everything_was_measured_in_turn() -> None:
    order: list[str] = []
    turns = {"a": iter((1.0, 9.0, 2.0)), "b": iter((5.0, 4.0, 6.0))}

    def next_of(name: str) -> float:
        order.append(name)
        return next(turns[name])

    assert medians({name: partial(next_of, name) for name in turns}, 3) == {"a": 2, "b": 5}
    assert "".join(order) == "ababab"


@pytest.mark.parametrize(("share", "expected"), [(0.5, 5), (0.95, 10), (0.99, 10), (0.1, 1)])
def test_a_percentile_is_a_value_that_was_measured(share: float, expected: float) -> None:
    assert percentile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], share) == expected

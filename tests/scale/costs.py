"""What one stage costs, as measured on the embedded stack; ``costs.json`` holds one measurement with its day."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = Path(__file__).parent / "costs.json"


@dataclass(frozen=True)
class Costs:
    """Calls are requests to Graph, each part of a batch counted; cpu is processor seconds of the host's process.

    ``rooms`` is how many rooms were measured. ``woken_per_second`` is how many wake-ups that find nothing one instance
    takes up in a second. ``memory_*`` are MB of the process, at rest after its start and after the work.
    ``row_seconds`` is what a timer needs to read one resource's row.
    """

    measured: str
    load: float
    rooms: int
    sweep_calls: float
    sweep_cpu: float
    woken_per_second: float
    change_calls: float
    change_cpu: float
    proof_calls: float
    proof_cpu: float
    full_read_calls: float
    full_read_cpu: float
    renewal_calls_of_twenty: float
    creation_calls: float
    memory_at_rest: float
    memory_after: float
    row_seconds: float


def read(file: Path = FILE) -> Costs:
    """Return what an earlier run measured."""
    return Costs(**json.loads(file.read_text("utf-8")))


def write(costs: Costs, file: Path) -> None:
    """Keep a measurement."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(asdict(costs), indent=2) + "\n", "utf-8")

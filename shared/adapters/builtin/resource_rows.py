"""How a resource stands in its row: what it is, and how far its feed has come."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from shared.adapters.builtin.entries import PlatformResource
from shared.adapters.builtin.row_cells import LAYOUT, SEQUENCE_DIGITS, Cells, Unreadable
from shared.adapters.builtin.store import Cell, Row
from shared.domain.ids import PlatformId
from shared.domain.opening_hours import OpeningHours

RESOURCE_KEY = "resource"


@dataclass(frozen=True)
class Held:
    """The feed shows nothing after ``sequence`` before ``until``: what comes next belongs together."""

    sequence: int
    until: datetime


@dataclass(frozen=True)
class ResourceState:
    """A resource with what its row keeps beside it.

    ``born`` is minted when the resource is made and is part of every cursor: a cursor of a resource that was
    removed and made again is recognised. ``forgotten`` is the last sequence number that left the feed for good.
    ``noted`` tells that it is known whose all its bookings are; a version that notes nothing leaves it out.
    """

    resource: PlatformResource
    born: str
    sequence: int = 0
    etag: str = ""
    forgotten: int = 0
    held: Held | None = None
    noted: bool = False

    def shown(self, now: datetime) -> int:
        """Return the sequence number up to which the feed is shown."""
        return self.held.sequence if self.held is not None and now < self.held.until else self.sequence


def resource_row(state: ResourceState) -> Row:
    resource = state.resource
    cells: dict[str, Cell] = {
        "v": LAYOUT,
        "id": resource.id,
        "name": resource.name,
        "zone": resource.zone,
        "units": resource.units,
        "buffer_minutes": resource.buffer_minutes,
        "born": state.born,
        "sequence": f"{state.sequence:0{SEQUENCE_DIGITS}d}",
    }
    if resource.opening is not None:
        cells["opening"] = json.dumps(resource.opening.as_given())
    if state.forgotten:
        cells["forgotten"] = f"{state.forgotten:0{SEQUENCE_DIGITS}d}"
    if state.held is not None:
        cells |= {"held": str(state.held.sequence), "held_until": state.held.until.astimezone(UTC).isoformat()}
    if state.noted:
        cells["noted"] = True
    return Row(RESOURCE_KEY, cells, state.etag)


def listed_row(resource: PlatformResource) -> Row:
    """Return the row under which lists find a resource."""
    return replace(resource_row(ResourceState(resource, "")), key=resource.id)


def resource_state(row: Row) -> ResourceState:
    """Read a row of a resource. Raises ``Unreadable``."""
    cells = Cells(row)
    resource = PlatformResource(
        PlatformId(cells.text("id")),
        cells.text("name"),
        cells.text("zone"),
        cells.number("units"),
        cells.number("buffer_minutes"),
        _opening(cells) if "opening" in row.cells else None,
    )
    forgotten = int(cells.text("forgotten")) if "forgotten" in row.cells else 0
    held = None
    if "held" in row.cells:
        held = Held(int(cells.text("held")), datetime.fromisoformat(cells.text("held_until")))
    return ResourceState(
        resource, cells.text("born"), int(cells.text("sequence")), row.etag, forgotten, held, cells.flag("noted")
    )


def _opening(cells: Cells) -> OpeningHours:
    try:
        return OpeningHours.of(json.loads(cells.text("opening")))
    except (ValueError, AttributeError, TypeError) as error:
        raise Unreadable(f"a row holds opening hours that cannot be read: {error}") from error

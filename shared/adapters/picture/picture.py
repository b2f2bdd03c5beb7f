"""A door as a picture: what it says, now and next, today's line, and a code that leads to the booking page.

The state has a shape of its own beside its colour: free is an empty frame, taken is filled, awaited is framed in
wide stripes, closed in narrow ones. No clock is on it, so that the same door is the same picture until it changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import segno

from shared.adapters.picture.canvas import Box, Canvas
from shared.adapters.picture.hanging import Hanging
from shared.adapters.picture.palettes import INKS, Palette
from shared.domain.door import DoorState
from shared.domain.sign import Line, Sign

_TWO_LINES = 30
"""Dots that a booking needs to be told in two lines."""
_QUIET = 4
"""Modules around a code that stay empty, as its standard asks."""


def picture(sign: Sign, width: int, height: int, palette: Palette, hanging: Hanging = Hanging.AS_BUILT) -> bytes:
    """Return the picture of a door as PNG of ``width`` times ``height`` dots, in exactly the colours of a palette.

    Both sides are the display's own: of one that hangs on its side, what people see is ``height`` dots wide.
    """
    if hanging.on_its_side:
        width, height = height, width
    canvas = Canvas(width, height, INKS[palette])
    edge = max(2, min(width, height) // 30)
    places = _places(width, height, edge, _code(sign.book_at))
    if places.code is not None:
        canvas.modules(places.code.at, places.code.rows, places.code.scale)
        canvas.text(places.code.caption, sign.scan, canvas.inks.ink, largest=edge * 2, middle=True)
    _head(canvas, places.head, sign)
    _state(canvas, places.state, sign, edge)
    _lines(canvas, places.lines, [each for each in (sign.now, sign.next) if each], sign.note or sign.nothing)
    if places.day is not None:
        _day(canvas, places.day, sign)
    return canvas.png(hanging)


@dataclass(frozen=True)
class _Code:
    rows: list[list[bool]]
    at: tuple[int, int]
    scale: int
    caption: Box


@dataclass(frozen=True)
class _Places:
    """Where each part of the picture stands."""

    head: Box
    state: Box
    lines: Box
    day: Box | None
    code: _Code | None


def _code(address: str) -> list[list[bool]]:
    made = segno.make_qr(address, error="m")
    return [[bool(module) for module in row] for row in made.matrix_iter(border=_QUIET)]


def _places(width: int, height: int, edge: int, rows: list[list[bool]]) -> _Places:
    lies = width >= height
    top, bottom = edge + max(14, height // (9 if lies else 14)), height - edge
    head = (edge, edge, width - edge, top)
    top += edge // 2
    day = (edge, bottom - max(20, height // 11), width - edge, bottom) if height >= 180 else None
    if day is not None:
        bottom = day[1] - edge // 2
    code = _placed(rows, width, top, bottom, edge, lies=lies)
    right = code.at[0] - edge // 2 if code is not None and lies else width - edge
    low = bottom if code is None or lies else code.at[1] - edge // 2
    middle = top + (low - top) * (6 if lies else 5) // 10
    return _Places(head, (edge, top, right, middle), (edge, middle + edge // 2, right, low), day, code)


def _placed(rows: list[list[bool]], width: int, top: int, bottom: int, edge: int, *, lies: bool) -> _Code | None:
    """Return where the code stands: on the right, or below in an upright picture; None where it would be tiny."""
    caption = max(12, edge * 2)
    space = min(width * 36 // 100, bottom - top - caption) if lies else min(width * 6 // 10, (bottom - top) * 35 // 100)
    scale = space // len(rows)
    if scale < 2:
        # Without its caption it may be just large enough.
        caption, scale = 0, min(width * 42 // 100, bottom - top) // len(rows) if lies else 0
    if scale < 2:
        return None
    side = scale * len(rows)
    left = width - edge - side if lies else (width - side) // 2
    high = top + (bottom - top - side - caption) // 2 if lies else bottom - caption - side
    return _Code(rows, (left, high), scale, (left, high + side, left + side, high + side + caption))


def _head(canvas: Canvas, box: Box, sign: Sign) -> None:
    left, top, right, bottom = box
    used = canvas.text((left, top, left + (right - left) * 7 // 10, bottom), sign.name, canvas.inks.ink, bold=True)
    gap = (bottom - top) // 3
    canvas.text((left + used + gap, top + gap // 2, right, bottom), sign.place, canvas.inks.ink)


def _state(canvas: Canvas, box: Box, sign: Sign, edge: int) -> None:
    inks = canvas.inks
    left, top, right, bottom = box
    written = inks.ink
    if sign.state is DoorState.TAKEN:
        canvas.fill(box, inks.accent)
        written = inks.on_accent
    elif sign.state in (DoorState.AWAITED, DoorState.CLOSED):
        is_closed = sign.state is DoorState.CLOSED
        apart = max(5, edge // 2) if is_closed else max(8, edge * 2)
        canvas.stripes(box, inks.ink if is_closed else inks.accent, apart, max(1 if is_closed else 2, apart // 4))
        canvas.fill((left + edge * 2, top + edge * 2, right - edge * 2, bottom - edge * 2), inks.paper)
    canvas.frame(box, inks.ink, max(2, edge // 2))
    inner = edge * 3 if sign.state in (DoorState.AWAITED, DoorState.CLOSED) else edge
    parted = top + (bottom - top) * 62 // 100
    canvas.text((left + inner, top + inner // 2, right - inner, parted), sign.word, written, bold=True)
    canvas.text((left + inner, parted, right - inner, bottom - inner), sign.until, written)


def _lines(canvas: Canvas, box: Box, lines: list[Line], note: str) -> None:
    left, top, right, bottom = box
    shown = [(f"{each.label}  {each.time}", each.text) for each in lines] + ([(note, "")] if note else [])
    if not shown:
        return
    high = min((bottom - top) // len(shown), max(14, (bottom - top) // 2))
    for place, (told, text) in enumerate(shown):
        at = top + place * high
        if text and high < _TWO_LINES:
            canvas.text((left, at, right, at + high), f"{told}  {text}", canvas.inks.ink)
        elif text:
            canvas.text((left, at, right, at + high * 45 // 100), told, canvas.inks.ink)
            canvas.text((left, at + high * 42 // 100, right, at + high * 95 // 100), text, canvas.inks.ink, bold=True)
        else:
            canvas.text((left, at, right, at + high * 6 // 10), told, canvas.inks.ink)


def _day(canvas: Canvas, box: Box, sign: Sign) -> None:
    """Draw today from the first to the last hour: what is taken is filled, what is closed is striped."""
    left, top, right, bottom = box
    wide, inks = right - left, canvas.inks
    line = top + (bottom - top) * 55 // 100
    for share, drawn in [*((each, False) for each in sign.closed), *((each, True) for each in sign.taken)]:
        there = (left + round(wide * share[0]), top, left + round(wide * share[1]), line)
        if there[2] - there[0] < 2:
            continue
        if drawn:
            canvas.fill(there, inks.accent)
            canvas.frame(there, inks.ink, 1)
        else:
            canvas.stripes(there, inks.ink, 6, 1)
    canvas.frame((left, top, right, line), inks.ink, 1)
    first, last = sign.hours
    every = 1 if wide // max(1, last - first) > 44 else 2 if wide // max(1, last - first) > 20 else 4
    for hour in range(first + every, last, every):
        x = left + wide * (hour - first) // (last - first)
        canvas.fill((x, line, x + 1, line + 3), inks.ink)
        canvas.text((x - 20, line + 2, x + 20, bottom), f"{hour}", inks.ink, largest=18, middle=True)

"""The picture of a door, read dot by dot: its palette, its code, its shapes, and what stays off it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
import zxingcpp
from PIL import Image

from shared.adapters.picture.canvas import Canvas
from shared.adapters.picture.hanging import Hanging
from shared.adapters.picture.palettes import INKS, Palette
from shared.adapters.picture.picture import picture
from shared.domain.door import DoorState
from shared.domain.sign import Line, Sign

ADDRESS = (
    "https://func-lockstep-prod.azurewebsites.net/api/book"
    "?resource=0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0.01KAJ3Z8N5Q7R9T1V3X5Y7Z9A1"
)
SIGN = Sign(
    "Matterhorn", "Zürich, 4. OG", DoorState.TAKEN, "Belegt", "bis 11:30",
    Line("Jetzt", "10:00-11:30", "Budgetplanung · Élodie Müller"), Line("Danach", "14:00-15:00", "Privat"),
    "", "", (7, 19), ((0.25, 0.375), (0.58, 0.67)), ((0.0, 0.08),), ADDRESS, "Scannen und buchen",
)  # fmt: skip
SIZES = [(800, 480), (480, 800), (400, 300), (640, 384), (1200, 825), (1872, 1404)]
SMALL = [(250, 122), (296, 128), (100, 100), (2000, 100), (100, 2000)]


def drawn(sign: Sign, width: int, height: int, palette: Palette) -> Image.Image:
    return Image.open(io.BytesIO(picture(sign, width, height, palette)))


@pytest.mark.parametrize("state", list(DoorState))
@pytest.mark.parametrize("palette", list(Palette))
def test_it_holds_the_colours_of_its_palette_and_no_others(palette: Palette, state: DoorState) -> None:
    image = drawn(replace(SIGN, state=state), 800, 480, palette)
    assert (image.format, image.mode, image.size) == ("PNG", "P", (800, 480))
    colours = image.convert("RGB").getcolors(256)
    assert colours is not None
    found = {colour for _, colour in colours}
    assert found <= set(INKS[palette].colours)
    if palette in (Palette.BW, Palette.GREY4, Palette.GREY16):
        assert all(red == green == blue for red, green, blue in found)  # type: ignore[misc]


def test_a_display_of_two_colours_gets_no_grey_and_one_of_sixteen_gets_soft_letters() -> None:
    hard = drawn(SIGN, 800, 480, Palette.BW).convert("RGB").getcolors(256)
    soft = drawn(SIGN, 800, 480, Palette.GREY16).convert("RGB").getcolors(256)
    assert hard is not None
    assert soft is not None
    assert {colour for _, colour in hard} == {(0, 0, 0), (255, 255, 255)}
    assert len(soft) > 8


@pytest.mark.parametrize(
    ("palette", "bits"), [(Palette.BW, 1), (Palette.BWR, 2), (Palette.GREY4, 2), (Palette.GREY16, 4)]
)
def test_a_dot_takes_as_many_bits_as_its_palette_needs(palette: Palette, bits: int) -> None:
    # The byte after the size in PNG's first chunk.
    assert picture(SIGN, 400, 300, palette)[24] == bits


@pytest.mark.parametrize("palette", list(Palette))
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_its_code_leads_to_the_booking_page(width: int, height: int, palette: Palette) -> None:
    found = zxingcpp.read_barcodes(drawn(SIGN, width, height, palette).convert("L"))
    assert [each.text for each in found] == [ADDRESS]


@pytest.mark.parametrize("state", list(DoorState))
@pytest.mark.parametrize(("width", "height"), SMALL)
def test_a_tiny_display_gets_a_picture_without_a_code_rather_than_none(
    width: int, height: int, state: DoorState
) -> None:
    image = drawn(replace(SIGN, state=state), width, height, Palette.BW)
    assert image.size == (width, height)
    assert len(image.convert("L").getcolors(256) or ()) == 2


def test_each_state_has_a_shape_of_its_own_without_colour() -> None:
    """The same word in each state, so that only the shape differs."""
    pictures = {picture(replace(SIGN, state=state, word="X"), 400, 300, Palette.BW) for state in DoorState}
    # Free, and free for a little, differ in what they say alone.
    assert len(pictures) == len(DoorState) - 1


def test_what_is_taken_is_red_where_there_is_red() -> None:
    def share(state: DoorState) -> float:
        image = drawn(replace(SIGN, state=state, taken=()), 400, 300, Palette.BWR).convert("RGB")
        red = next((count for count, dot in image.getcolors(256) or () if dot == (255, 0, 0)), 0)
        return red / (400 * 300)

    assert share(DoorState.TAKEN) > 0.1
    assert share(DoorState.FREE) == 0


def test_a_line_that_is_too_long_is_shortened_and_stays_in_its_box() -> None:
    canvas = Canvas(200, 40, INKS[Palette.BW])
    wide = canvas.text((10, 0, 150, 40), "Budgetplanung 2027 mit Vertriebsregionen", canvas.inks.ink)
    assert wide <= 140
    image = Image.open(io.BytesIO(canvas.png())).convert("L")
    assert image.crop((152, 0, 200, 40)).getextrema() == (255, 255)
    assert image.crop((10, 0, 150, 40)).getextrema() == (0, 255)


@pytest.mark.parametrize("letter", "äöüÄÖÜßéèàçœÉ·…'?!0123456789:.,")
def test_every_letter_of_the_languages_has_a_shape(letter: str) -> None:
    from shared.adapters.picture.canvas import font

    own, missing = (font(40, bold=True).getmask(each) for each in (letter, "\ufffe"))
    assert bytes(own) != bytes(missing)


def test_the_same_door_is_the_same_picture() -> None:
    assert picture(SIGN, 400, 300, Palette.GREY4) == picture(SIGN, 400, 300, Palette.GREY4)


# Three dots wide and two high, as somebody sees it: black at the top left, red beside it.
SEEN = ["KR.", "..."]
HUNG = {
    Hanging.AS_BUILT: ["KR.", "..."],
    Hanging.RIGHT: ["..", "R.", "K."],
    Hanging.UPSIDE_DOWN: ["...", ".RK"],
    Hanging.LEFT: [".K", ".R", ".."],
}


@pytest.mark.parametrize("hanging", list(Hanging))
def test_a_display_that_hangs_turned_gets_its_dots_turned_back(hanging: Hanging) -> None:
    """What is expected was turned by hand: of a display turned clockwise, the dots of its left edge are seen on top."""
    inks = INKS[Palette.BWR]
    canvas = Canvas(3, 2, inks)
    canvas.fill((0, 0, 1, 1), inks.ink)
    canvas.fill((1, 0, 2, 1), inks.accent)
    image = Image.open(io.BytesIO(canvas.png(hanging))).convert("RGB")
    dots = {(0, 0, 0): "K", (255, 0, 0): "R", (255, 255, 255): "."}
    rows = ["".join(dots[image.getpixel((x, y))] for x in range(image.width)) for y in range(image.height)]  # type: ignore[index]
    assert rows == HUNG[hanging]


@pytest.mark.parametrize("hanging", list(Hanging))
@pytest.mark.parametrize("palette", list(Palette))
def test_a_display_that_hangs_turned_shows_what_an_upright_one_of_its_outline_does(
    palette: Palette, hanging: Hanging
) -> None:
    turned = Image.open(io.BytesIO(picture(SIGN, 800, 480, palette, hanging)))
    assert (turned.size, turned.mode) == ((800, 480), "P")
    seen = turned.convert("RGB").rotate(-hanging, expand=True)
    upright = drawn(SIGN, *seen.size, palette).convert("RGB")
    assert seen.tobytes() == upright.tobytes()
    assert [each.text for each in zxingcpp.read_barcodes(seen.convert("L"))] == [ADDRESS]

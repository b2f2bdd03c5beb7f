"""How the demo's lines look on a plain terminal, on a coloured one and in a file."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from local.demo.screen import Screen, Voice

LONG = 'Adele invites Limmat Project Room to "Sales sync", 14:05-15:00, 5 minutes after the Workshop in the same room'


def shown(terminal: bool, width: int = 80) -> tuple[Screen, io.StringIO]:
    sink = io.StringIO()
    console = Console(file=sink, force_terminal=terminal, width=width, color_system="standard" if terminal else None)
    return Screen(console), sink


def fill(screen: Screen) -> None:
    screen.title("A day")
    screen.paragraph(LONG, 2)
    screen.act(12.34, Voice.OUTLOOK, LONG)
    screen.seen(Voice.PLATFORM, "shows it after 12 ms")
    screen.table(("Room", "Equal"), [("Eiger", "yes"), ("Hudson", "NO")])


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    screen, sink = shown(terminal=False, width=width)
    fill(screen)
    assert max(map(len, sink.getvalue().splitlines())) <= min(width, 100)


def test_a_file_gets_plain_ascii_without_escapes() -> None:
    screen, sink = shown(terminal=False)
    fill(screen)
    assert sink.getvalue().isascii()
    assert "\x1b" not in sink.getvalue()


def test_a_terminal_gets_colours() -> None:
    screen, sink = shown(terminal=True)
    fill(screen)
    assert "\x1b[94m" in sink.getvalue()


def test_brackets_in_a_title_are_shown_as_they_are() -> None:
    screen, sink = shown(terminal=False)
    screen.seen(Voice.OUTLOOK, 'shows "[bold]Plan[/bold] :smile:"')
    assert '"[bold]Plan[/bold] :smile:"' in sink.getvalue()


def test_what_follows_a_line_stands_below_its_text() -> None:
    screen, sink = shown(terminal=False)
    screen.act(1.0, Voice.OUTLOOK, LONG)
    first, second = sink.getvalue().strip("\n").splitlines()
    assert first.index("Adele") == len(second) - len(second.lstrip())


def test_numbers_stand_to_the_right_and_words_to_the_left() -> None:
    screen, sink = shown(terminal=False)
    screen.table(("From", "p50"), [("Outlook", "7 ms"), ("platform", "1027 ms"), ("neither", "-")])
    assert sink.getvalue().splitlines() == [
        "From      p50",
        "--------  -------",
        "Outlook      7 ms",
        "platform  1027 ms",
        "neither         -",
    ]

"""What is left out of the package because nothing is written in it is what the installed packages call so."""

from __future__ import annotations

from pathlib import Path

import pytest
from font_source_sans_pro import font_files_ttf
from PIL import __file__ as pillow

from infra.package.left_out import UNWRITTEN, leave_out
from shared.adapters.picture import canvas

SITE = Path(pillow).parents[1]


@pytest.mark.parametrize("pattern", UNWRITTEN)
def test_every_pattern_names_files_that_are_there(pattern: str) -> None:
    """Where this fails, a package calls its files otherwise now, and they are deployed again."""
    assert list(SITE.glob(pattern))


def test_the_fonts_that_pictures_are_written_in_are_kept() -> None:
    used = {Path(font_files_ttf[each]) for each in (canvas.BOLD, canvas.USUAL)}
    left = {file for pattern in UNWRITTEN for file in SITE.glob(pattern)}
    assert all(each.is_file() for each in used)
    assert used & left == set()


def test_what_is_named_goes_and_its_neighbours_stay(tmp_path: Path) -> None:
    kept, gone = tmp_path / "PIL" / "_imaging.so", tmp_path / "PIL" / "_avif.so"
    for each in (kept, gone):
        each.parent.mkdir(exist_ok=True)
        each.write_bytes(b"")
    (tmp_path / "msgraph").mkdir()
    (tmp_path / "msgraph" / "__init__.py").write_text("")
    leave_out(tmp_path, [])
    assert (kept.exists(), gone.exists()) == (True, False)

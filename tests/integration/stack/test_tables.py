"""Azurite is found where npm put it, is started without its wrapper, and is missed in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.tables.azurite import AzuriteMissing, command


def test_a_missing_azurite_is_told_in_one_line_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(AzuriteMissing) as missing:
        command(10002, None, folder=tmp_path)
    message = str(missing.value)
    assert message.startswith("Azurite is missing: ")
    assert "run `make install`" in message
    assert "\n" not in message


def test_node_is_started_and_not_the_python_script_around_it() -> None:
    program = Path(command(10002, None)[0])
    assert program.read_bytes()[:4] in {b"\x7fELF", b"\xcf\xfa\xed\xfe"}


def test_tables_live_in_memory_unless_a_folder_is_given(tmp_path: Path) -> None:
    assert "--inMemoryPersistence" in command(10002, None)
    kept = command(10002, tmp_path)
    assert kept[kept.index("--location") + 1] == str(tmp_path)
    assert "--inMemoryPersistence" not in kept

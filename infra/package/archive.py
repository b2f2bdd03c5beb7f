"""A folder as a zip whose bytes follow from the names and contents of its files: no times, no owners, no order."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16
_LEVEL = 9


def archive(folder: Path, file: Path) -> None:
    """Write every file below ``folder`` into the zip ``file``, which is replaced at once when it is whole."""
    draft = file.with_name(f".{file.name}.draft")
    with ZipFile(draft, "w") as made:
        for each in sorted(folder.rglob("*"), key=lambda one: one.relative_to(folder).as_posix()):
            if each.is_file():
                entry = ZipInfo(each.relative_to(folder).as_posix(), _LONG_AGO)
                entry.external_attr, entry.compress_type, entry.create_system = _READABLE, ZIP_DEFLATED, 3
                made.writestr(entry, each.read_bytes(), compresslevel=_LEVEL)
    draft.replace(file)

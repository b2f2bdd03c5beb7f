"""What of the installed packages is not deployed: what only installers need, and what of msgraph-sdk nothing reaches.

msgraph-sdk is generated code for every address of Graph, nine tenths of all that would be deployed; the app asks
Graph through its request adapter and reads raw bytes, so that it needs a few files of it. All other packages stay
whole: they find parts of themselves by names and entry points, which no walk over imports sees. But for large files of
formats and fonts in which the app writes nothing, which are named here one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from infra.package.reached import reached

PACKAGE = "msgraph"
CUT = frozenset({"msgraph.graph_service_client", "msgraph.generated.base_graph_service_client"})
"""The typed client, whose every property imports a part of the SDK when it is asked for. The app never builds one."""

UNWRITTEN = (
    "PIL/_avif*", "PIL/_webp*", "PIL/_imagingcms*", "PIL/_imagingtk*",
    "pillow.libs/libavif*", "pillow.libs/libwebp*", "pillow.libs/libsharpyuv*", "pillow.libs/liblcms2*",
    "font_source_sans_pro/files/*.otf", "font_source_sans_pro/files/*It.ttf", "font_source_sans_pro/files/*Light.ttf",
    "font_source_sans_pro/files/*Black.ttf", "font_source_sans_pro/files/*Regular.ttf",
)  # fmt: skip
"""Of Pillow all but what PNG and letters need, and of the font all but the two weights that pictures are written in."""

_NAMES_IT = re.compile(rb"^\s*(from|import)\s+msgraph\b", re.MULTILINE)
_INSTALLERS = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")


def leave_out(site: Path, app: Iterable[Path]) -> int:
    """Remove from the folder of installed packages what is not deployed; return how many files went.

    ``app`` are the app's own Python files.
    """
    kept = reached([*app, *_others(site)], site, PACKAGE, CUT)
    unneeded = [file for file in (site / PACKAGE).rglob("*") if file.is_file() and file not in kept]
    unneeded += [file for name in _INSTALLERS for file in site.glob(f"*.dist-info/{name}")]
    unneeded += [file for pattern in UNWRITTEN for file in site.glob(pattern)]
    unneeded += [file for file in (site / "bin").rglob("*") if file.is_file()]
    for file in unneeded:
        file.unlink()
    _remove_empty(site)
    return len(unneeded)


def _others(site: Path) -> Iterator[Path]:
    """The files of other packages that name it."""
    for file in site.rglob("*.py"):
        if file.relative_to(site).parts[0] != PACKAGE and _NAMES_IT.search(file.read_bytes()):
            yield file


def _remove_empty(folder: Path) -> None:
    for inner in sorted((each for each in folder.rglob("*") if each.is_dir()), reverse=True):
        if not any(inner.iterdir()):
            inner.rmdir()

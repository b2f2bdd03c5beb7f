"""``python -m tests.infra.bicep.extract FILE``: take from a larger file of types what the Bicep files here use.

FILE has the form of ``tests/infra/types/bicep-types.json``. Types that are there already and still used are kept.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.infra.bicep.document import read
from tests.infra.bicep.published import FILE

ROOT = Path(__file__).parents[3]


def used() -> set[str]:
    """Return type and version of every resource in infra."""
    documents = [read(path, ROOT) for path in sorted((ROOT / "infra").rglob("*.bicep"))]
    return {f"{one.type}@{one.version}" for each in documents for one in each.resources.values()}


def main(source: Path) -> int:
    """Write what is used; say what is not to be had."""
    given = json.loads(source.read_text("utf-8"))
    kept = json.loads(FILE.read_text("utf-8"))["resources"] if FILE.is_file() else {}
    wanted = sorted(used())
    found = {name: {**kept, **given["resources"]}[name] for name in wanted if name in {**kept, **given["resources"]}}
    document = {key: given[key] for key in ("source", "commit", "licence")} | {"resources": found}
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(document, separators=(",", ":"), sort_keys=True) + "\n", "utf-8")
    missing = [name for name in wanted if name not in found]
    print(f"{len(found)} types, {FILE.stat().st_size} bytes; not to be had: {missing or 'none'}")  # noqa: T201
    return bool(missing)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

"""What is deployed of the installed packages."""

from __future__ import annotations

from pathlib import Path

from infra.package.left_out import leave_out

INSTALLED = {
    "msgraph/__init__.py": "from .graph_request_adapter import Adapter",
    "msgraph/graph_request_adapter.py": "",
    "msgraph/graph_service_client.py": "def users():\n    from .generated.users import Users",
    "msgraph/generated/users.py": "",
    "msgraph/generated/errors.py": "",
    "msgraph/generated/named.py": "",
    "msgraph/py.typed": "",
    "msgraph_sdk-1.0.dist-info/METADATA": "",
    "msgraph_sdk-1.0.dist-info/RECORD": "",
    "msgraph_sdk-1.0.dist-info/INSTALLER": "",
    "other/__init__.py": "import msgraph.generated.named",
    "other/unreached.py": "",
    "other-2.0.dist-info/entry_points.txt": "",
    "bin/tool": "",
}


def remaining(root: Path, app: str) -> set[str]:
    """The files that remain of `INSTALLED` beside an app of that source."""
    for name, source in {f"site/{name}": source for name, source in INSTALLED.items()}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(source, "utf-8")
    (root / "app.py").write_text(app, "utf-8")
    gone = leave_out(root / "site", [root / "app.py"])
    kept = {file.relative_to(root / "site").as_posix() for file in (root / "site").rglob("*") if file.is_file()}
    assert len(kept) + gone == len(INSTALLED)
    assert not (root / "site" / "bin").exists()
    return kept


WHOLE = {
    "other/__init__.py", "other/unreached.py", "other-2.0.dist-info/entry_points.txt",
    "msgraph_sdk-1.0.dist-info/METADATA",
}  # fmt: skip
OF_THE_OTHER = {"msgraph/__init__.py", "msgraph/graph_request_adapter.py", "msgraph/generated/named.py"}


def test_what_nothing_reaches_of_the_sdk_goes_and_other_packages_stay_whole(tmp_path: Path) -> None:
    kept = remaining(tmp_path, "from msgraph.generated.errors import Error")
    assert kept == WHOLE | OF_THE_OTHER | {"msgraph/generated/errors.py"}


def test_what_only_another_package_asks_of_the_sdk_stays(tmp_path: Path) -> None:
    assert remaining(tmp_path, "") == WHOLE | OF_THE_OTHER


def test_the_typed_client_stays_where_it_is_asked_for_and_what_hangs_on_it_goes(tmp_path: Path) -> None:
    kept = remaining(tmp_path, "import msgraph.graph_service_client")
    assert kept == WHOLE | OF_THE_OTHER | {"msgraph/graph_service_client.py"}

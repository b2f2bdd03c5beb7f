"""Versions of the app that a host can run: this checkout's, and the previous release's as the history has it."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azure.data.tables import TableServiceClient

from infra.package.build import APP
from tests.integration.loop.driving.stack import ROOT

PREVIOUS = Path(__file__).resolve().parents[1] / "previous"
"""What is kept of the previous release; `python -m tests.integration.upgrade.record` writes it."""
_LINKED = ("local", "tests")


@dataclass(frozen=True)
class Version:
    """An app in a folder of its own, beside which nothing else of a checkout lies."""

    app: Path

    def environment(self) -> dict[str, str]:
        around = self.app.parent / f"around-{self.app.name}"
        around.mkdir(exist_ok=True)
        for name in _LINKED:
            if not (around / name).exists():
                (around / name).symlink_to(ROOT / name)
        path = os.pathsep.join((str(around), str(self.app)))
        return {**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"}

    def host_command(self, *options: str) -> list[str]:
        return [sys.executable, "-m", "local.host", "--app-root", str(self.app), *options]

    def runs(self, statement: str, *arguments: str) -> str:
        """Run a statement beside this version's modules; return what it printed."""
        command = [sys.executable, "-c", statement, *arguments]
        done = subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


def this_version(folder: Path) -> Version:
    """A copy of this checkout's app."""
    for name in APP:
        source, copy = ROOT / name, folder / "this" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, copy)
    return Version(folder / "this")


def kept(name: str) -> Any:
    """What is kept of the previous release under a name."""
    return json.loads((PREVIOUS / f"{name}.json").read_text("utf-8"))


def previous_commit() -> str:
    """The commit of the previous release."""
    return str(kept("release")["commit"])


def released(commit: str, folder: Path) -> Version | None:
    """The app of a commit; None where the history does not go back so far."""
    command = ["git", "archive", commit, *APP]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        return None
    app = folder / f"of-{commit[:8]}"
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(app, filter="data")
    return Version(app)


def forget_everything(tables: str) -> None:
    """Empty all tables behind a connection string, so that what runs next begins as in a new installation."""
    with TableServiceClient.from_connection_string(tables) as service:
        for table in service.list_tables():
            client = service.get_table_client(table.name)
            for row in list(client.list_entities(select=["PartitionKey", "RowKey"])):
                client.delete_entity(row)


def every_row(tables: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of each table behind a connection string, in the order of their keys."""
    with TableServiceClient.from_connection_string(tables) as service:
        names = sorted(table.name for table in service.list_tables())
        return {name: [dict(row) for row in service.get_table_client(name).list_entities()] for name in names}

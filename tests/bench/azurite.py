"""An Azurite of its own for one measurement, and many rows put into its file at once.

Azurite looks a row up among all rows of its partition, so that writing 80,000 of them through its API takes many
minutes and ends in timeouts. What it keeps on disk is a LokiJS database (Azurite 3.33): a stopped Azurite's rows can
be multiplied there, and it answers for them like for any others when it is started again.
"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.tables.azurite import ACCOUNT, command, connection_string

_START_SECONDS = 60
_GLANCE_SECONDS = 0.02
_FILE = "__azurite_db_table__.json"


@contextmanager
def azurite(folder: Path) -> Iterator[str]:
    """Yield the connection string of an Azurite that keeps its state in a folder, and end it afterwards."""
    port = _free_port()
    with subprocess.Popen(command(port, folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_until_listening(port, process)
            yield connection_string(port)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(_START_SECONDS)


def add_rows(folder: Path, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Put rows into a table of a stopped Azurite; the table must hold one already, which shows what they look like."""
    file = folder / _FILE
    database = json.loads(file.read_text("utf-8"))
    collection = next(each for each in database["collections"] if each["name"] == f"{ACCOUNT}${table}")
    model = collection["data"][0]
    for row in rows:
        collection["maxId"] += 1
        keys = {"PartitionKey": row["PartitionKey"], "RowKey": row["RowKey"]}
        properties = {"Timestamp": model["properties"]["Timestamp"], **row}
        collection["data"].append({**model, **keys, "properties": properties, "$loki": collection["maxId"]})
    _index(collection)
    file.write_text(json.dumps(database), "utf-8")


def _index(collection: dict[str, Any]) -> None:
    """Write the collection's indices anew: LokiJS takes them as they are."""
    data = collection["data"]
    collection["idIndex"] = [each["$loki"] for each in data]
    for name, index in collection["binaryIndices"].items():
        index["values"] = sorted(range(len(data)), key=lambda place: data[place][name])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_listening(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(_GLANCE_SECONDS)
    raise RuntimeError(f"Azurite did not listen on port {port} within {_START_SECONDS} s; run `make install` first.")

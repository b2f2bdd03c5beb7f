"""An ingestion endpoint on loopback: takes what the exporter posts and keeps every envelope, as text and as read.

It answers as Azure does to what it took whole. It forgets nothing, so that a search finds whatever ever left.
"""

from __future__ import annotations

import gzip
import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class Sink:
    """The endpoint. Use it as a context manager; ``connection`` is what an app setting needs to post to it."""

    bodies: list[str] = field(default_factory=list)
    """Every body as it came, unpacked."""
    paths: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="sink", daemon=True)

    def __enter__(self) -> Sink:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def connection(self) -> str:
        where = f"http://127.0.0.1:{self._server.server_port}/"
        key = "00000000-0000-4000-8000-000000000001"
        return f"InstrumentationKey={key};IngestionEndpoint={where};LiveEndpoint={where}"

    def envelopes(self, since: int = 0) -> list[Json]:
        """Every envelope of the bodies from one on, in the order in which they came."""
        return [each for body in list(self.bodies)[since:] for each in _read(body)]


def _read(body: str) -> Iterator[Json]:
    for line in body.splitlines():
        if line.strip():
            found = json.loads(line)
            yield from found if isinstance(found, list) else [found]


def _handler(sink: Sink) -> type[http.server.BaseHTTPRequestHandler]:
    class Taking(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            sink.paths.append(self.path)
            sink.bodies.append(body.decode("utf-8"))
            count = sum(1 for _ in _read(sink.bodies[-1]))
            answer = json.dumps({"itemsReceived": count, "itemsAccepted": count, "errors": []}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing: pytest's output is for failures."""

    return Taking

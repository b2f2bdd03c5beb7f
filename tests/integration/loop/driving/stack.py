"""One embedded stack in processes of its own: started, its host killed and started again, stopped.

It is driven as anybody drives it: `python -m local up`, `python -m local host`, the ready file, signals. What it
starts it ends, by process id.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.integration.loop.driving.between import Between
from tests.integration.loop.driving.company import found_company

ROOT = Path(__file__).resolve().parents[4]
_PATIENCE_SECONDS = 180.0
_GLANCE_SECONDS = 0.02


class Stack:
    """A running stack whose state lies in ``folder``.

    ``settings`` are app settings that replace those of the stack; names must start with LOCKSTEP_. ``options`` are
    further ones of ``local up``. ``found`` writes the company; None leaves it to the simulator's small one.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        options: Sequence[str] = (),
        found: Callable[[Path], None] | None = found_company,
    ) -> None:
        self.folder = folder
        self.state = folder / "state"
        self._ready_file = folder / "ready.json"
        self._settings = dict(settings or {})
        self._options = tuple(options)
        self._found = found
        self._up: subprocess.Popen[bytes] | None = None
        self._host: subprocess.Popen[bytes] | None = None
        self._odd_host: subprocess.Popen[bytes] | None = None

    # What the ready file says.

    @property
    def described(self) -> dict[str, Any]:
        """The ready file as it is now."""
        content: dict[str, Any] = json.loads(self._ready_file.read_text("utf-8"))
        return content

    @property
    def host_pid(self) -> int:
        return self._odd_host.pid if self._odd_host is not None else int(self.described["pids"]["host"])

    # Its life.

    def start(self) -> Stack:
        """Start everything and wait until it is ready. Raises AssertionError with the stack's own words."""
        if self._found is not None:
            self._found(self.state / "graph")
        arguments = ["", "up", "--no-demo", "--ports", "auto", "--ready-file", str(self._ready_file)]
        self._up = self._launch([*arguments, "--state", str(self.state), *self._options], "up", self._settings)
        self._wait(self._ready_file.exists, self._up, "up")
        return self

    def stop(self) -> None:
        """End every process of this stack; its state stays in the folder."""
        for process in (self._up, self._host, self._odd_host):
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in (self._up, self._host, self._odd_host):
            if process is not None:
                process.wait(_PATIENCE_SECONDS)

    def kill_host(self) -> None:
        """End the host with SIGKILL, wherever it stands. One that is dead already stays so."""
        try:
            os.kill(self.host_pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def start_host(self, *options: str) -> None:
        """Start the host again beside the three others and wait until it serves; ``options`` are the host's own."""
        for process in (self._host, self._odd_host):
            if process is not None:
                process.wait(_PATIENCE_SECONDS)
        before = self.described["pids"]["host"]
        self._wait(lambda: not _lives(before), self._up, "up")
        if options:
            self._start_odd_host(options)
            return
        self._odd_host = None
        self._host = self._launch(["", "host", "--stack", str(self._ready_file)], "host", {})
        self._wait(lambda: self.described["pids"]["host"] != before, self._host, "host")

    def _start_odd_host(self, options: Sequence[str]) -> None:
        """Start a host by its own command line, which takes options that the stack does not."""
        where, port = self.described, self.described["ports"]["host"]
        arguments = [".host", "--app-root", str(ROOT), "--port", str(port), "--settings", where["settings"]]
        arguments += ["--state", str(self.state / "host"), *options]
        self._odd_host = self._launch(arguments, "odd-host", {})
        output = self.folder / "odd-host.out"
        self._wait(lambda: f"ready {port}" in output.read_text("utf-8"), self._odd_host, "odd-host")

    def rewrite_settings(self, values: Mapping[str, str]) -> None:
        """Replace app settings; the host reads them when it is started the next time."""
        file = Path(self.described["settings"])
        document = json.loads(file.read_text("utf-8"))
        document["Values"] |= values
        file.write_text(json.dumps(document, indent=2), "utf-8")

    def insert(self, between: Between) -> None:
        """Let the host reach Graph, tables and broker through ``between`` only; it is started again for that."""
        ports, values = self.described["ports"], self.app_settings()
        replaced = {
            "LOCKSTEP_GRAPH_URL": (ports["graph"], between.http("graph", ports["graph"])),
            "LOCKSTEP_TABLES": (ports["tables"], between.http("tables", ports["tables"])),
            "ServiceBus": (ports["servicebus"], between.amqp("broker", ports["servicebus"])),
        }
        self.rewrite_settings(
            {name: values[name].replace(f":{old}", f":{new}") for name, (old, new) in replaced.items()}
        )
        self.kill_host()
        self.start_host()

    def app_settings(self) -> dict[str, str]:
        """The app settings as the host reads them."""
        values: dict[str, str] = json.loads(Path(self.described["settings"]).read_text("utf-8"))["Values"]
        return values

    def events_ever_made(self, mailbox: str) -> dict[str, dict[str, Any]]:
        """Every event that ever stood in a mailbox, by its id, as it was last: deleted ones included.

        Read from the simulator's journal, because Graph itself lists no deleted events.
        """
        found = {}
        for line in (self.state / "graph" / "journal.jsonl").read_text("utf-8").splitlines():
            if line.startswith('["event"') and mailbox in line:
                event = json.loads(line)[1]
                if event["mailbox"] == mailbox:
                    found[event["id"]] = event
        return found

    def words_of(self, component: str) -> str:
        """The end of a component's log, for a failure's message."""
        return (self.state / "logs" / f"{component}.log").read_text("utf-8")[-4000:]

    def _launch(self, arguments: list[str], name: str, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.out").open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", f"local{arguments[0]}", *arguments[1:]],
                cwd=ROOT,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def _wait(self, condition: Any, process: subprocess.Popen[bytes] | None, name: str) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not condition():
            words = (self.folder / f"{name}.out").read_text("utf-8")[-2000:]
            assert process is None or process.poll() is None, f"local {name} ended: {words}"
            assert time.monotonic() < deadline, f"local {name} was not ready within {_PATIENCE_SECONDS:.0f} s: {words}"
            time.sleep(_GLANCE_SECONDS)


def _lives(pid: int) -> bool:
    """Whether a process runs; one that only waits to be collected does not."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip()) and not listed.stdout.strip().startswith("Z")

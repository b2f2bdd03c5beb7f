"""The ready file: where a running stack is. Written when all components answer, removed when the stack ends.

`host` and `graph` are URLs, `outlook`, `console` and `book` pages for a browser, `tables` and `servicebus` connection
strings, `pids` the process of each component, `admin_key` the host's master key. Of a secure stack `tables` and
`servicebus` are an endpoint and a namespace without keys, and `trusted` is the authority to trust. The further keys let
one component be started again exactly as it was.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from local.stack.addresses import Addresses
from local.stack.certificates import Certificates
from local.stack.failure import StackFailure
from local.stack.ports import LOOPBACK, Ports
from local.stack.settings import Keys, servicebus_connection
from local.tables.azurite import connection_string, endpoint


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that the command lines of the components depend on."""

    root: Path
    """Folder that holds `function_app.py`."""
    state: Path
    settings: Path
    ports: Ports
    keep: bool
    """Whether the state outlives the stack; if not, tables live in memory."""
    secure: bool = False
    """Whether everything speaks TLS and the app comes with identities instead of keys."""
    broker: str = LOOPBACK
    """The address on which the broker listens."""

    @property
    def graph(self) -> str:
        """The simulator's base URL."""
        return f"http{'s' if self.secure else ''}://{LOOPBACK}:{self.ports.graph}"


@dataclass(frozen=True, slots=True)
class StackFile:
    """The ready file's content."""

    plan: Plan
    admin_key: str
    function_key: str
    pids: dict[str, int]

    @classmethod
    def of(cls, plan: Plan, keys: Keys, pids: dict[str, int]) -> StackFile:
        """The file of a stack that has just become ready."""
        return cls(plan, keys.master, keys.function, pids)

    def with_pid(self, component: str, pid: int) -> StackFile:
        """The same stack with one component in another process."""
        return replace(self, pids={**self.pids, component: pid})

    @property
    def addresses(self) -> Addresses:
        """What a visitor opens."""
        return Addresses.of(self.plan.graph, f"http://127.0.0.1:{self.plan.ports.host}", self.function_key)

    def write(self, file: Path) -> None:
        """Put the file in place at once: a reader sees the old one, none, or all of the new one."""
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(self._document(), indent=2) + "\n", encoding="utf-8")
        draft.replace(file)

    def _document(self) -> dict[str, Any]:
        ports = self.plan.ports
        return {
            "host": f"http://127.0.0.1:{ports.host}",
            "graph": self.plan.graph,
            **asdict(self.addresses),
            "tables": endpoint(ports.tables, secure=True) if self.plan.secure else connection_string(ports.tables),
            "servicebus": self.plan.broker if self.plan.secure else servicebus_connection(ports.servicebus),
            "admin_key": self.admin_key,
            "function_key": self.function_key,
            "pids": self.pids,
            "control": f"http://{self.plan.broker}:{ports.control}",
            "root": str(self.plan.root),
            "state": str(self.plan.state),
            "settings": str(self.plan.settings),
            "keep": self.plan.keep,
            "ports": asdict(ports),
            "secure": self.plan.secure,
            "broker": self.plan.broker,
            "trusted": str(Certificates.of(self.plan.state).trusted) if self.plan.secure else "",
        }


def read(file: Path) -> StackFile:
    """Read a ready file. Raises StackFailure when it is missing or is no ready file."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        plan = Plan(
            Path(content["root"]),
            Path(content["state"]),
            Path(content["settings"]),
            Ports(**content["ports"]),
            bool(content["keep"]),
            bool(content.get("secure", False)),
            content.get("broker", LOOPBACK),
        )
        return StackFile(plan, content["admin_key"], content["function_key"], dict(content["pids"]))
    except FileNotFoundError:
        raise StackFailure(
            f"No stack is described by {file}: start one with `python -m local up --ready-file {file}`."
        ) from None
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise StackFailure(f"{file} is no ready file of `python -m local up` ({error}): name another one.") from None

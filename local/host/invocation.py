"""One run of one function, as values, and the protocol of whoever runs it.

A backend never raises for what a function does: a failure is an outcome. It does not log, time out or settle
anything either; the dispatcher and the listeners do.
"""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from azure.functions.meta import Datum

from local.host.functions import IndexedFunction


@dataclass(frozen=True, slots=True)
class Trace:
    """W3C trace context as the function sees it in `context.trace_context`."""

    parent: str
    state: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def below(cls, parent: str | None, state: str | None = None) -> "Trace":
        """A new span in the trace of `parent`, a traceparent; in a trace of its own where that is malformed."""
        parts = (parent or "").split("-")
        if len(parts) == 4 and [len(part) for part in parts] == [2, 32, 16, 2] and _is_hex("".join(parts)):
            return cls(f"00-{parts[1]}-{secrets.token_hex(8)}-{parts[3]}", state or "")
        return cls(f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01")


def _is_hex(text: str) -> bool:
    return all(character in "0123456789abcdef" for character in text)


@dataclass(frozen=True, slots=True)
class Retried:
    """Which repetition this is under a retry policy; 0 is the first run."""

    count: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Invocation:
    """A function, what triggered it, and the identity of this run."""

    function: IndexedFunction
    data: Datum
    metadata: Mapping[str, Datum] = field(default_factory=dict)
    trace: Trace = field(default_factory=lambda: Trace.below(None))
    retried: Retried = Retried()
    invocation_id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What an HTTP function answered. `headers` holds each Set-Cookie as an entry of its own."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The function returned; `answer` is None for all but HTTP functions."""

    answer: HttpAnswer | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The function, or the conversion of its input or output, raised. `error` reads "ValueError: text"."""

    error: str
    stack: str = ""


Outcome = Succeeded | Failed


class Invoker(Protocol):
    """Runs functions: coroutine functions on the running loop, others on a pool of threads."""

    async def invoke(self, invocation: Invocation) -> Outcome:
        """Run it to its end."""
        ...

    async def close(self) -> None:
        """Give back threads; no invocation is running any more."""
        ...

"""The errors of all ports. Each answers one question: what now?

Adapters translate every foreign error once, at their edge, and keep its cause. Nothing else escapes a port.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from shared.domain.trouble import Trouble


class PortError(Exception):
    """What a port could not do, as a sentence for the person who reads it, without anybody's content.

    ``trouble`` is what is wrong where the port knows it.
    """

    trouble: Trouble | None = None

    def by(self, trouble: Trouble) -> Self:
        """Say what is wrong, and return this error."""
        self.trouble = trouble
        return self


class Retry(PortError):
    """Try again later, after ``after`` where the other side named a time. Nothing is known to be wrong.

    A write that ended this way may have happened.
    """

    def __init__(self, message: str, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after


class NotDone(Retry):
    """Try again later, as ``Retry``, and what was asked certainly has not happened."""


class TimedOut(Retry):
    """Try again later, as ``Retry``: what was asked for took the other side too long; a smaller question may not."""


class Rejected(PortError):
    """The other side understood and refused; trying the same again would be refused again.

    ``code`` is the other side's word for it (``overlap``, ``ErrorAccessDenied``, …).
    """

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Stale(PortError):
    """What the write was based on is no longer so: observe again."""


class NotFound(PortError):
    """The thing itself does not exist there (a mailbox, a platform resource), as opposed to one booking of it."""


class CursorExpired(PortError):
    """A delta token or cursor is no longer honoured: a full round is needed."""

"""The one error of this package: what went wrong and what to do, in a line for a person."""

from __future__ import annotations


class StackFailure(Exception):
    """The stack cannot start or cannot go on. The message is one line and ends with the remedy."""

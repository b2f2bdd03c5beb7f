"""In which language an answer words its sentences: the one that the caller accepts, else English."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ACCEPTED: ContextVar[str] = ContextVar("accepted", default="")


@contextmanager
def answering_in(accepted: str) -> Iterator[None]:
    """Let ``language`` mean this ``Accept-Language`` header meanwhile."""
    before = _ACCEPTED.set(accepted)
    try:
        yield
    finally:
        _ACCEPTED.reset(before)


def language() -> str:
    """Return the two letters of the language that the caller wants and there are words in."""
    from shared.app.messages import preferred

    return preferred(_ACCEPTED.get())


def in_words(sentence: str) -> str:
    """Return a sentence that Lockstep said in English in the language of the caller; any other as it was said."""
    if not sentence or not _ACCEPTED.get():
        return sentence
    from shared.app.said import told

    return told(sentence, language())

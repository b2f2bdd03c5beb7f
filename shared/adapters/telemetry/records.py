"""Log records on their way out: of an error its kind and where it was raised, never its words.

An exception's text may quote what it failed on, and that may be anybody's title.
"""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

from opentelemetry.instrumentation.logging.handler import LoggingHandler

_SHOWN_FRAMES = 6


class WordlessHandler(LoggingHandler):
    """Sends records without the words of the exceptions they carry."""

    def emit(self, record: logging.LogRecord) -> None:
        super().emit(wordless(record))


def wordless(record: logging.LogRecord) -> logging.LogRecord:
    """Return a record with the exception's kind, and its places in the code, instead of the exception."""
    if not record.exc_info:
        return record
    told = logging.makeLogRecord({**record.__dict__, "exc_info": None, "exc_text": None})
    kind, _, where = record.exc_info
    told.error = kind.__name__ if kind else ""
    frames = traceback.extract_tb(where)[-_SHOWN_FRAMES:]
    told.raised_at = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return told

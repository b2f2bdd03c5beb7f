"""Strike out what tells a person from a text or a value that leaves the house, and keep what a support case needs.

The same thing becomes the same mark within one bundle, so that it can be followed; the key of a bundle is made for it
and thrown away, so that nobody can try names against the marks afterwards.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"'=|]+@[^\s@<>()\[\],;:\"'=|]+")
_LINK = re.compile(r"https?://\S+")
_LONG_ID = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")
_MARK = 8


class Striker:
    """Marks for one bundle. ``key`` is random."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def mark(self, kind: str, value: str) -> str:
        """Return what stands for a value; nothing for nothing."""
        if not value:
            return ""
        digest = hmac.digest(self._key, value.casefold().encode("utf-8", "surrogatepass"), hashlib.sha256).hex()
        return f"{kind}-{digest[:_MARK]}"

    def text(self, text: str) -> str:
        """Return a sentence of ours with links, addresses and long ids struck out."""
        text = _LINK.sub(lambda found: self.mark("link", found.group()), text)
        text = _ADDRESS.sub(lambda found: self.mark("person", found.group()), text)
        return _LONG_ID.sub(lambda found: self.mark("id", found.group()), text)

    def value(self, value: object) -> object:
        """Return a JSON value with every text in it struck."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {str(name): self.value(each) for name, each in value.items()}
        if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
            return [self.value(each) for each in value]
        return value

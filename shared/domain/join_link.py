"""Tell whether two links join the same online meeting. Pure.

What people paste has passed through mails and chats: the host in capitals, the path escaped once more or once less, a
query of their own behind it. The meeting is named by host and path alone.
"""

from __future__ import annotations

from urllib.parse import unquote, urlsplit


def meeting_of(link: str) -> str:
    """Return what names the meeting of a link; empty where the text is no link."""
    try:
        parts = urlsplit(link.strip().strip("<>"))
    except ValueError:
        return ""
    if parts.scheme.casefold() not in ("http", "https") or not parts.netloc:
        return ""
    return f"{parts.netloc}{unquote(unquote(parts.path))}".casefold().rstrip("/")

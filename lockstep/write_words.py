"""Write ``words.json`` from the app's file of words: ``python -m lockstep.write_words``, in a checkout."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "shared" / "app" / "messages.toml"
WRITTEN = Path(__file__).with_name("words.json")


def written() -> str:
    """Return what the file has to hold: the words of the command line by language and by their English."""
    languages = tomllib.loads(SOURCE.read_text("utf-8"))
    words = {language: sections["cli"] for language, sections in languages.items() if "cli" in sections}
    return json.dumps(words, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    WRITTEN.write_text(written(), "utf-8")

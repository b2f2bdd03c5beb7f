"""Sentences that are said in English where something is decided, told in the reader's language where they are shown."""

from __future__ import annotations

import ast
import re
import time
from pathlib import Path
from string import Formatter

import pytest

from shared.app.messages import languages
from shared.app.said import told

ROOT = Path(__file__).parents[3]
OTHERS = pytest.mark.parametrize("language", ["de", "fr"])

SAID = {language: sections["said"] for language, sections in languages().items() if "said" in sections}

SPEAKING = [
    *(f"shared/app/{name}.py" for name in ("tenant_checkup", "resource_checkup", "attempts", "look_on", "show_state")),
    *(f"shared/app/{name}.py" for name in ("organisers_event", "ask_room", "hand_down_settings", "keep_ceiling")),
    *(f"shared/app/{name}.py" for name in ("preview_plan", "preview_undo", "explain_booking", "compare_sides")),
    *(f"shared/domain/{name}.py" for name in ("calendar_processing", "guards", "holding", "undo", "series_writes")),
    *(f"shared/domain/{name}.py" for name in ("rebuild", "losses", "field_merge", "policy", "inheritance", "people")),
    *(f"shared/domain/{name}.py" for name in ("opening_hours", "flapping", "settling", "ceiling", "resource")),
    *(f"shared/adapters/builtin/{name}.py" for name in ("booking_rules", "connector", "edits", "platform", "several")),
    *(f"shared/adapters/builtin/{name}.py" for name in ("series_desk", "series_writer")),
    *(f"shared/adapters/graph/{name}.py" for name in ("recurrence", "wire_times")),
    *(f"functions/{name}.py" for name in ("answers", "caller", "booker", "panel_pass", "linked", "setup")),
]
"""What says something to a person: whatever is worded there has to be told in every language."""

NO_SENTENCES = re.compile(
    r".*%[sdY]|(?:lockstep|az|Get|Set|Test|New) ?-?[A-Z a-z]*.* (?:-|<|7|--)|-[A-Z]|\$g|default-src|; style-src",
    re.DOTALL,
)
"""Lines to be typed, formats of the log and of times, headers."""

PIECES = {
    "shared/app/attempts.py": {
        "; 7 77, longer than a grant takes", "; 7, and 7: look again at 7", "granted 7 ago", "refused for 7",
        "refused for", " ago", "it can take 2 hours", "the token at hand is older and lives up to 24 hours",
    },
    "shared/app/look_on.py": {" when it is resumed", "7; at the last look: 7"},
    "shared/app/resource_checkup.py": {" since 7", "failing7: 7"},
    "shared/app/show_state.py": {
        " another for now", " for approval7", " not be settled", " set aside: 7", " since 7",
        " still to be written", " tried again: 7",
        "booking is", "booking overlaps", "bookings are", "bookings overlap", "change could", "change is",
        "changes are", "changes could", "overlap is", " open", "step waits", "steps wait",
        "nothing is written; 7 would be, as both sides stand",
    },
    "shared/app/tenant_checkup.py": {"application 7 of tenant 7", "not granted7", "7, issued 7, good until 7",
                                     "7, in Entra", "7 without 7"},
    "shared/domain/calendar_processing.py": {
        "the window's", "7, and 7", "every request waits for them", "they see requests that break a rule",
    },
    "shared/domain/ceiling.py": {" (7 users and 7)", "a ceiling is a number, or users+ and a number, such as users+5"},
    "shared/domain/guards.py": {"7 7 would be cancelled at once; the policy allows 7", "7; what differs from it waits"},
    "shared/domain/rebuild.py": {"7, and what this is a copy of is not found"},
    "shared/domain/people.py": {"people notifications"},
    "shared/adapters/builtin/booking_rules.py": {
        "all day on", "from 7 7 to", "from 7 to 7 on 7 7", "from 7 on 7 7 to 7 on 7 7",
    },
    "shared/adapters/builtin/series_desk.py": {", and 7 times more"},
    "functions/booker.py": {"'from' and 'to' are needed, such as 2026-03-02T09:00:00Z"},
    "functions/caller.py": {"application 7", "key 7", "no key"},
    "functions/setup.py": {"mail from", "script must be true or false", 'attachment; filename="lockstep-grant.ps1"'},
}  # fmt: skip
"""Parts of sentences, of which COMPOSED holds the whole; and what only a program reads."""

COMPOSED = [
    "paused by a person; nothing is written; nothing would be when it is resumed",
    "paused by a person; nothing is written; 3 bookings would be when it is resumed; 1 order waits until then",
    "this installation is read-only; nothing is written; 1 booking would be",
    "3 changes could not be settled",
    "1 step waits for approval: one side shows none of 40 bookings any more",
    "3 steps wait for approval since 1 November 10:00: a full read would write 300 times; the policy allows 50",
    "12 bookings would be cancelled at once; the policy allows 10",
    "the ledger was lost or restored from an earlier day; what differs from it waits",
    "2 changes are tried again: the copy made before was cancelled since",
    "1 booking is set aside: 'Mars/Base' is no known time zone",
    "2 overlaps are open; 1 booking overlaps another for now",
    "nothing is written; 1 booking would be, as both sides stand",
    "application 17f3 of tenant contoso, issued 2026-11-20 08:00Z, good until 2026-11-21 08:00Z",
    "Calendars.Read, Calendars.ReadWrite, in Entra",
    "not granted; granted 3 days ago, longer than a grant takes",
    "not granted; granted 20 minutes ago, and it can take 2 hours: look again at 2026-11-20 10:40Z",
    "held since 2026-11-20 09:00Z: 1 step waits for approval: one side shows none of 2 bookings any more",
    "in step: no notifications arrive; changes are found every 60 minutes",
    "unless it is renewed, changes made in Outlook are found every 60 minutes instead of at once",
    "Matterhorn is taken from 09:00 to 10:00 on 2 March by another booking",
    "Matterhorn is closed all day on 29 February",
    "all 3 units of Bikes are taken from 09:00 on 2 March to 17:00 on 4 March by other bookings",
    "it is too early to check in; the booking is from 3 March to 4 March",
    "Places: 14 rooms; it shows no equipment and no room hidden from the address list",
    "group floor-2@contoso.com: 4 mailboxes, of which 2 are for rooms or equipment",
    "after 30 s the platform did not let go of it",
    "55 resources are linked and 55 (50 users and 5) may be: unlink one first, or have the ceiling raised",
]


ALIKE = ("{roles}, in Entra", "{state}: {why}", "{count} minutes", "{count} minutes ago", "notifications")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def spoken(path: Path) -> set[str]:
    """Return the texts of a module that have several words, with a 7 for whatever is filled in."""
    tree = ast.parse(path.read_text("utf-8"))
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    filled = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    within = documents | {id(part) for node in filled for part in node.values}
    texts = {
        "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
        for node in filled
        if id(node) not in within
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in within:
            texts.add(node.value)
    return {text for text in texts if " " in text and re.search("[a-z]{2}", text) and not NO_SENTENCES.match(text)}


@pytest.mark.parametrize("module", SPEAKING)
def test_whatever_a_module_says_to_people_is_told_in_every_language(module: str) -> None:
    said = spoken(ROOT / module) - PIECES.get(module, set())
    assert not {text for text in said if told(text, "de") == text}, "say it in messages.toml, [de.said] and [fr.said]"


def test_no_piece_is_excused_that_nobody_says() -> None:
    for module, pieces in PIECES.items():
        assert pieces <= spoken(ROOT / module), module


@pytest.mark.parametrize("sentence", COMPOSED)
@OTHERS
def test_a_sentence_of_several_pieces_is_told_whole(sentence: str, language: str) -> None:
    words = set(re.findall(r"[a-z]{3,}", told(sentence, language).lower()))
    english = {"the", "and", "are", "would", "waits", "wait", "for", "which", "since", "until", "not", "from"}
    assert not words & english, told(sentence, language)


def test_every_language_tells_the_same_sentences_with_the_same_places() -> None:
    assert set(SAID["de"]) == set(SAID["fr"])
    for language, said in SAID.items():
        for english, words in said.items():
            assert places(words) == places(english), (language, english)
            assert words != english or english in ALIKE, (language, english)


GERMAN = {
    "3 steps wait for approval since 1 November 10:00: 2 of 9 bookings would be cancelled at once; the policy allows 9 "
    "percent": "3 Schritte warten seit 01.11. 10:00 auf Freigabe: 2 von 9 Buchungen würden auf einmal abgesagt; die "
    "Einstellungen erlauben 9 Prozent",
    "Matterhorn; East is taken from 09:00 to 10:00 on 2 March by another booking": "Matterhorn; East ist am 02.03. von "
    "09:00 bis 10:00 Uhr durch eine andere Buchung belegt",
    "Graph did not: status 403; refused for 3 hours, longer than a grant takes": "Graph did not: status "
    "403; seit 3 Stunden verweigert, länger als ein Recht braucht",
}


@pytest.mark.parametrize(("sentence", "german"), GERMAN.items())
def test_figures_names_and_days_stand_in_the_sentence_again(sentence: str, german: str) -> None:
    assert told(sentence, "de-CH") == german


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "Graph did not read the event: status 503 (serviceNotAvailable).",
        "A title without a booking",
        "Team: planning",
        "from Bern to Thun",
    ],
)
@OTHERS
def test_what_somebody_else_says_is_told_as_they_say_it(sentence: str, language: str) -> None:
    assert told(sentence, language) == sentence


def test_english_is_told_as_it_was_said() -> None:
    assert told("paused by a person; nothing is written", "en-GB") == "paused by a person; nothing is written"
    assert told("paused by a person; nothing is written", "it") == "paused by a person; nothing is written"


@pytest.mark.parametrize(
    "sentence", ["; ".join(["policy 7 is 7"] * 60)[:999], " is closed " * 90, "a: " * 333, "; " * 499, "x" * 1_000_000]
)
def test_a_hostile_text_takes_no_time(sentence: str) -> None:
    started = time.perf_counter()
    told(sentence, "de")
    assert time.perf_counter() - started < 1

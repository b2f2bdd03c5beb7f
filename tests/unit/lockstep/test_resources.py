"""``lockstep resources``: what an administrator sees and what becomes of what they type."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.domain.booking import ResourceFacts
from shared.domain.ids import MailboxId
from tests.unit.lockstep.console import Console


def mailboxes(console: Console, *names: str) -> None:
    """Mailboxes that may be linked."""
    for place, name in enumerate(names):
        mailbox = MailboxId(f"dddddddd-0000-0000-0000-00000000000{place}")
        console.office.world.calendar.add_mailbox(mailbox)
        facts = ResourceFacts(name, building="Zurich HQ")
        console.office.world.directory.add(mailbox, f"{name.lower()}@contoso.example", facts)


def names(console: Console) -> set[str]:
    return {each["name"] for each in console.run("resources", "list", "--json").json}


class TestList:
    def test_nothing_linked_says_what_to_do(self, console: Console) -> None:
        assert "lockstep resources discover" in console.says("resources", "list")

    def test_a_room_is_shown_with_its_state_and_counted(self, console: Console) -> None:
        console.does(console.office.room())
        said = console.says("resources", "list")
        assert "Matterhorn" in said
        assert "in step" in said
        assert "1 resources: 1 in step" in said

    def test_json_is_what_the_app_says(self, console: Console) -> None:
        room = console.does(console.office.room())
        assert [each["id"] for each in console.run("resources", "list", "--json").json] == [room]

    @pytest.mark.parametrize(("option", "value", "shown"), [("--building", "zurich hq", 2), ("--state", "paused", 1)])
    def test_a_building_or_a_state_narrows_it(self, console: Console, option: str, value: str, shown: int) -> None:
        mailboxes(console, "Eiger", "Monch")
        console.does(console.office.room())
        for name in ("eiger", "monch"):
            console.says("resources", "link", f"{name}@contoso.example")
        console.settle()
        console.says("pause", "eiger")
        console.settle()
        assert len(console.run("resources", "list", option, value, "--json").json) == shown


class TestLink:
    def test_a_mailbox_is_linked_under_the_settings_given(self, console: Console) -> None:
        said = console.says(
            "resources", "link", "matterhorn@contoso.example", "--set", "winner=platform", "--set", "units=2"
        )
        assert "Matterhorn is being linked as" in " ".join(said.split())
        console.settle()
        (room,) = console.run("resources", "list", "--json").json
        assert (room["policy"]["winner"], room["policy"]["units"]) == ("platform", 2)

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (("nobody@contoso.example",), "There is no mailbox nobody@contoso.example"),
            (("matterhorn@contoso.example", "--set", "winner"), "winner is no setting: write it as name=value"),
            (("matterhorn@contoso.example", "--set", "winner=both"), "it can be platform, calendar, first, report"),
        ],
        ids=["an unknown mailbox", "a setting without a value", "a setting that makes no sense"],
    )
    def test_a_mistake_is_told_in_a_sentence_and_links_nothing(
        self, console: Console, arguments: tuple[str, ...], says: str
    ) -> None:
        assert says in console.refuses("resources", "link", *arguments)
        assert names(console) == set()

    def test_unlinking_says_what_stays_and_asks(self, console: Console) -> None:
        console.does(console.office.room())
        said = console.says("resources", "unlink", "matterhorn", answering="n\n")
        assert "They stay." in said
        assert "Nothing was done." in said
        assert names(console) == {"Matterhorn"}
        assert "is being unlinked" in console.says("resources", "unlink", "Matterhorn", "--yes")
        console.settle()
        assert names(console) == set()


class TestNames:
    @pytest.mark.parametrize("name", ["Matterhorn", "matterhorn@contoso.example", "MATTERHORN"])
    def test_a_room_is_found_by_name_and_address_without_case(self, console: Console, name: str) -> None:
        console.does(console.office.room())
        assert "Matterhorn: nothing at once" in console.says("plan", name)

    def test_a_part_of_a_name_is_a_hint_and_never_the_room(self, console: Console) -> None:
        console.does(console.office.room())
        assert console.refuses("plan", "Matter") == "No resource is called Matter. Did you mean Matterhorn?"

    def test_two_rooms_of_one_name_are_told_apart_by_the_person(self, console: Console) -> None:
        console.does(console.office.room())
        mailbox = MailboxId("dddddddd-0000-0000-0000-000000000009")
        console.office.world.calendar.add_mailbox(mailbox)
        console.office.world.directory.add(mailbox, "other@contoso.example", ResourceFacts("Matterhorn"))
        console.says("resources", "link", "other@contoso.example")
        assert "2 resources are called Matterhorn" in console.refuses("pause", "Matterhorn")


class TestImport:
    def file(self, folder: Path, text: str) -> str:
        made = folder / "rooms.csv"
        made.write_text(text, "utf-8")
        return str(made)

    def test_every_mailbox_of_a_file_is_linked_with_its_facts_and_settings(
        self, console: Console, tmp_path: Path
    ) -> None:
        mailboxes(console, "Eiger", "Monch")
        header = "mailbox,floor,capacity,features,policy.winner\n"
        lines = f"{header}eiger@contoso.example,3,8,video;audio,first\nmonch@contoso.example,,,,\n"
        said = console.says("resources", "import", self.file(tmp_path, lines))
        assert "2 are being linked, 0 were linked already, 0 were refused." in said
        console.settle()
        eiger = next(each for each in console.run("resources", "list", "--json").json if each["name"] == "Eiger")
        assert (eiger["floor"], eiger["capacity"], eiger["features"]) == ("3", 8, ["video", "audio"])

    def test_a_file_may_be_read_again_and_a_refusal_stops_no_other(self, console: Console, tmp_path: Path) -> None:
        mailboxes(console, "Eiger", "Monch")
        file = self.file(
            tmp_path, "mailbox;building\neiger@contoso.example;A\nghost@contoso.example;A\nmonch@contoso.example;A\n"
        )
        first = console.run("resources", "import", file)
        assert first.code == 1
        assert "2 are being linked, 0 were linked already, 1 were refused." in " ".join(first.err.split())
        assert "ghost@contoso.example" in first.out
        again = console.run("resources", "import", file, "--json")
        assert [each["outcome"] for each in again.json] == ["linked already", "refused", "linked already"]

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("name\nEiger\n", "has no column 'mailbox'"),
            ("mailbox,colour\na@b.example,red\n", "has columns that are not known: colour"),
            ("mailbox,capacity\na@b.example,many\n", "line 2 has a capacity that is no number"),
            ("mailbox,floor\na@b.example,1\n,2\n", "line 3 has no mailbox"),
            ("mailbox,floor\na@b.example,1,2\n", "line 2 has another number of fields"),
            ("mailbox,floor\na@b.example\n", "line 2 has another number of fields"),
            ("", "has no column 'mailbox'"),
        ],
        ids=["no mailboxes", "an unknown column", "no number", "an empty mailbox", "a field too many",
             "one too few", "empty"],
    )  # fmt: skip
    def test_a_bad_file_is_refused_before_anything_is_linked(
        self, console: Console, tmp_path: Path, text: str, says: str
    ) -> None:
        assert says in console.refuses("resources", "import", self.file(tmp_path, text))
        assert console.asked == []

    def test_a_file_that_is_no_text_is_refused(self, console: Console, tmp_path: Path) -> None:
        made = tmp_path / "rooms.csv"
        made.write_bytes(b"mailbox\n\xff\xfe\x00\n")
        assert "cannot be read as CSV in UTF-8" in console.refuses("resources", "import", str(made))

    def test_a_dry_run_links_nothing(self, console: Console, tmp_path: Path) -> None:
        said = console.says("resources", "import", self.file(tmp_path, "mailbox\na@b.example\n"), "--dry-run")
        assert "names 1 mailboxes; nothing was linked." in " ".join(said.split())
        assert console.asked == []


class TestDiscover:
    def test_it_says_where_it_looked_and_writes_what_is_free_for_import(self, console: Console, tmp_path: Path) -> None:
        inspection = console.office.world.inspection
        inspection.add("matterhorn@contoso.example", "room", listed=ResourceFacts("Matterhorn", capacity=8))
        inspection.add("cart@contoso.example", "equipment")
        console.does(console.office.room())
        listed, found = tmp_path / "list.txt", tmp_path / "found.csv"
        listed.write_text("# equipment\ncart@contoso.example\n")
        said = console.says("resources", "discover", "--list", str(listed), "--csv", str(found))
        assert "looked into Places: 1 rooms" in said
        assert "equipment" in said
        assert [line.split(",")[0] for line in found.read_text().splitlines()] == ["mailbox", "cart@contoso.example"]

    def test_a_long_list_is_asked_in_parts(self, console: Console, tmp_path: Path) -> None:
        listed = tmp_path / "list.txt"
        listed.write_text("\n".join(f"m{number}@contoso.example" for number in range(1100)))
        told = console.run("resources", "discover", "--list", str(listed), "--json").json
        assert [each.split(",")[0] for each in told["looked"]] == [
            "Places: 0 rooms; it shows no equipment and no room hidden from the address list",
            "the list that was given: 500 mailboxes",
            "the list that was given: 500 mailboxes",
            "the list that was given: 100 mailboxes",
        ]

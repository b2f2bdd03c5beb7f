"""``lockstep doctor`` as an administrator sees it, and the file of booking settings in all its forms."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lockstep.processing_file import JUDGED, read_file
from shared.domain.calendar_processing import SETTINGS
from shared.ports.errors import Rejected
from tests.doubles.world import ROOM
from tests.unit.lockstep.console import Console

ROOM_ADDRESS = "matterhorn@contoso.example"


def linked(console: Console) -> None:
    inspection = console.office.world.inspection
    look = inspection.add(ROOM_ADDRESS, "room")
    inspection.mailboxes[ROOM_ADDRESS] = replace(look, id=ROOM)
    inspection.add("adele@contoso.example", "user")
    console.does(console.office.room())


def entry(**changed: Any) -> dict[str, Any]:
    usual: dict[str, Any] = dict.fromkeys(JUDGED, False)
    usual |= {"AutomateProcessing": "AutoAccept", "ResourceDelegates": [], "AllBookInPolicy": True}
    usual |= {"BookingWindowInDays": 400, "MaximumDurationInMinutes": 1440, "EnforceSchedulingHorizon": True}
    usual |= {"TentativePendingApproval": True}
    usual |= {"AllowRecurringMeetings": True, "ConflictPercentageAllowed": 0, "MaximumConflictInstances": 0}
    return {"Address": ROOM_ADDRESS, "WrittenAt": "2026-11-19T12:00:00Z", **usual, **changed}


def written(folder: Path, *entries: dict[str, Any]) -> str:
    made = folder / "processing.json"
    made.write_text(json.dumps(list(entries)), "utf-8")
    return str(made)


class TestExamination:
    def test_a_tenant_and_a_room_that_are_well_end_with_nothing_bad(self, console: Console) -> None:
        linked(console)
        said = console.says("doctor", "--outsider", "adele@contoso.example")
        assert "0 bad" in said
        assert "Matterhorn" in said

    def test_a_bad_finding_is_told_with_its_effect_and_its_line_and_ends_with_one(self, console: Console) -> None:
        linked(console)
        denied = Rejected("Graph did not read the calendar: status 403 (ErrorAccessDenied)", "ErrorAccessDenied")
        console.office.world.faults.fail("calendar.view", denied, times=9)
        done = console.run("doctor", "Matterhorn")
        said = " ".join(done.out.split())
        assert done.code == 1
        assert "BAD read: Graph did not read the calendar" in said
        assert "so changes made in Outlook do not reach the platform" in said
        assert "do Test-ServicePrincipalAuthorization" in said

    def test_what_is_well_is_shown_where_it_is_asked_for(self, console: Console) -> None:
        linked(console)
        assert "its calendar was read just now" not in console.says("doctor")
        assert "its calendar was read just now" in console.says("doctor", "-v")

    def test_of_a_room_in_which_nothing_is_bad_one_line_says_what_to_look_at(self, console: Console) -> None:
        linked(console)
        short = console.says("doctor", "Matterhorn")
        told = short[short.index("Matterhorn") : short.index("0 bad")]
        assert "not known: write" in " ".join(told.split())
        assert "not tried" not in told
        assert len(told.split("\n\n")[0].splitlines()) <= 3, "the name and what it names, within 80 columns"
        assert "-v" in short
        assert "not tried" in console.says("doctor", "Matterhorn", "-v")

    def test_a_grant_of_some_minutes_ago_is_told_with_when_to_look_again(self, console: Console) -> None:
        linked(console)
        inspection = console.office.world.inspection
        inspection.granted = replace(inspection.granted, roles=frozenset())
        # The app's clock stands on another day than this machine's, so the moment is named.
        done = console.run("doctor", "--granted", "2026-11-20T08:40:00Z", "--json")
        (tenant, *_) = done.json["examined"]
        assert any("granted 20 minutes ago, and it can take 2 hours" in each["seen"] for each in tenant["findings"])

    def test_writes_are_probed_only_where_that_is_asked_for(self, console: Console) -> None:
        linked(console)
        assert "write: not tried" in " ".join(console.says("doctor", "-v").split())
        assert "an entry shown as free was made" in " ".join(console.says("doctor", "--probe-writes", "-v").split())

    def test_the_line_for_powershell_is_one_line_and_asks_nothing(self, console: Console) -> None:
        said = console.run("doctor", "--line").out
        assert len(said.splitlines()) == 1
        assert "Get-CalendarProcessing" in said
        assert console.asked == []


class TestFile:
    def test_a_room_is_judged_by_the_file_with_its_day(self, console: Console, tmp_path: Path) -> None:
        linked(console)
        done = console.run("doctor", "--file", written(tmp_path, entry(AllowConflicts=True)))
        said = " ".join(done.out.split())
        assert done.code == 1
        assert "Booking settings as of 2026-11-19 12:00Z" in said
        assert "BAD conflicts: overlapping meetings are accepted" in said
        assert "do Set-CalendarProcessing -Identity matterhorn@contoso.example -AllowConflicts $false" in said

    def test_a_linked_room_that_the_file_does_not_hold_is_named(self, console: Console, tmp_path: Path) -> None:
        linked(console)
        done = console.run("doctor", "--file", written(tmp_path, entry(Address="other@contoso.example")))
        assert f"not in the file: {ROOM_ADDRESS}" in " ".join(done.out.split())
        assert "other@contoso.example (not linked)" in done.out

    def test_many_rooms_are_judged_in_parts(self, console: Console, tmp_path: Path) -> None:
        linked(console)
        file = written(tmp_path, *[entry(Address=f"r{number}@contoso.example") for number in range(45)])
        found = console.run("doctor", "--file", file, "--json").json
        assert len(found["judged"]) == 45
        assert sum("calendar-processing" in each for each in console.asked) == 3

    def test_the_file_sends_what_the_app_judges_and_no_name_of_a_delegate(self, tmp_path: Path) -> None:
        assert set(JUDGED) == set(SETTINGS)
        file = written(tmp_path, entry(ResourceDelegates=["Adele Vance", "Ben"], ForwardRequestsToDelegates=True))
        (room,) = read_file(Path(file)).rooms
        assert room["settings"]["ResourceDelegates"] == ["1", "2"]
        assert "ForwardRequestsToDelegates" not in room["settings"]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_every_encoding_of_powershell_is_read(self, tmp_path: Path, encoding: str) -> None:
        made = tmp_path / "file.json"
        made.write_text(json.dumps(entry()), encoding)
        assert [each["address"] for each in read_file(made).rooms] == [ROOM_ADDRESS]

    def test_csv_is_read_with_its_type_line(self, tmp_path: Path) -> None:
        made = tmp_path / "file.csv"
        made.write_text(f'#TYPE x\n"Identity","AllowConflicts"\n"{ROOM_ADDRESS}","True"\n')
        os.utime(made, (1_790_000_000, 1_790_000_000))
        read = read_file(made)
        assert read.rooms == [{"address": ROOM_ADDRESS, "settings": {"AllowConflicts": "True"}}]
        assert read.written.startswith("2026-09-21")

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"[]", "it holds no room"),
            (b"[1]", "no list of objects"),
            (b"[{", "begins as JSON and is none"),
            (b'[{"Identity": "Eiger"}]', "entry 1 names no address"),
            (b'[{"Address": "a@b.example"}]', "none of the settings"),
            (b"\xff\x00\xff", "neither UTF-8 nor UTF-16"),
            (b"", "it holds no room"),
        ],
        ids=["no rooms", "numbers", "cut off", "a name only", "no settings", "another encoding", "empty"],
    )
    def test_a_file_that_is_none_is_refused_in_a_sentence(
        self, console: Console, tmp_path: Path, content: bytes, says: str
    ) -> None:
        made = tmp_path / "file.json"
        made.write_bytes(content)
        assert says in console.refuses("doctor", "--file", str(made))
        assert console.asked == []

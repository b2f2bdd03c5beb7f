"""``lockstep doctor``: what is wrong, what it means for the sync, and the line that mends it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.padding import Padding
from rich.text import Text

from lockstep.api import Api, Refused
from lockstep.processing_file import ProcessingFile, read_file
from lockstep.session import AsJson, Rooms, api_of, named, resources_of
from lockstep.showing import MARKS, as_json, out, progress, say
from lockstep.words import word

LINE = (
    "Get-EXOMailbox -RecipientTypeDetails RoomMailbox,EquipmentMailbox -ResultSize Unlimited | ForEach-Object { "
    "$a = $_.PrimarySmtpAddress; Get-CalendarProcessing -Identity $a | Select-Object @{n='Address';e={$a}}, "
    "@{n='WrittenAt';e={(Get-Date).ToUniversalTime().ToString('s') + 'Z'}}, "
    "@{n='AutomateProcessing';e={[string]$_.AutomateProcessing}}, "
    "* -ExcludeProperty AutomateProcessing } | ConvertTo-Json -Depth 2 | Set-Content -Encoding utf8 "
    "calendar-processing.json"
)
"""What writes the booking settings of all rooms to a file, in one line of Exchange Online PowerShell."""

_AT_ONCE = 20
_AGE = re.compile(r"([0-9]{1,4})(min|m|h|d)")
_UNITS = {"min": "minutes", "m": "minutes", "h": "hours", "d": "days"}
_OLD_FILE = timedelta(days=30)
_IN_SHORT = (("warn", "to look at"), ("unknown", "not known"))
_SUM = "{bad} bad, {warn} to look at, {unknown} not known, {ok} well"
_UNFILED = "Booking settings of rooms: `lockstep doctor --line` writes a file, `--file` judges by it."
"""Verdicts that are only named where nothing more is asked for."""


def doctor(
    context: typer.Context,
    room: Rooms = None,
    file: Annotated[
        Path | None, typer.Option(help="Judge the rooms by this file of Get-CalendarProcessing (JSON or CSV).")
    ] = None,
    line: Annotated[bool, typer.Option("--line", help="Print the line of PowerShell that writes that file.")] = False,
    outsider: Annotated[
        str | None, typer.Option(help="A person's address: reading that calendar is tried and must fail.")
    ] = None,
    granted: Annotated[
        str | None, typer.Option(help="When the last right was granted: 20m, 3h, or a time with its zone.")
    ] = None,
    probe_writes: Annotated[
        bool, typer.Option("--probe-writes", help="Make an entry in each calendar, shown as free, and remove it.")
    ] = False,
    everything: Annotated[bool, typer.Option("--verbose", "-v", help="Show every check with what was seen.")] = False,
    json: AsJson = False,
) -> None:
    """Examine the tenant and its resources, or those that are named. Exit code 1 where something is bad."""
    if line:
        out().print(Text(LINE), soft_wrap=True)
        return
    read = read_file(file) if file else None
    api, since = api_of(context), _moment(granted)
    found = _examined(api, room or [], outsider, since, probe_writes, read)
    if json:
        as_json(found)
    else:
        _tell(found, everything)
    groups = [*found["examined"], *found.get("judged", ())]
    if any(each["verdict"] == "bad" for group in groups for each in group["findings"]):
        raise typer.Exit(1)


def _moment(text: str | None) -> str | None:
    """Return an instant for the API from an age such as 20m, or as it was given."""
    if text is None:
        return None
    aged = _AGE.fullmatch(text.strip())
    if aged is None:
        return text
    return (datetime.now(UTC) - timedelta(**{_UNITS[aged[2]]: int(aged[1])})).isoformat(timespec="seconds")


def _examined(
    api: Api, rooms: list[str], outsider: str | None, since: str | None, writes: bool, read: ProcessingFile | None
) -> dict[str, Any]:
    """Examine the tenant, then each room; a room that cannot be examined is a finding of its own."""
    body = {name: value for name, value in (("outsider", outsider), ("granted", since)) if value}
    groups = [{"name": word("tenant"), "findings": api.post("doctor", body)["findings"]}]
    chosen = [named(api, each) for each in rooms] if rooms else resources_of(api)
    with progress("Examining", len(chosen)) as done:
        for each in chosen:
            groups.append({"name": each["name"] or each["id"], "findings": _one(api, each["id"], since, writes)})
            done(each["name"])
    found: dict[str, Any] = {"examined": groups}
    if read is not None:
        found |= _by_file(
            api, read, chosen, only={each["mailbox"]["address"].casefold() for each in chosen} if rooms else None
        )
    return found


def _one(api: Api, resource: str, since: str | None, writes: bool) -> list[dict[str, Any]]:
    body = {"probe_writes": writes} | ({"granted": since} if since else {})
    try:
        findings: list[dict[str, Any]] = api.post(f"resources/{resource}/doctor", body)["findings"]
    except Refused as refused:
        return [
            {
                "check": "doctor",
                "name": word("doctor"),
                "verdict": "unknown",
                "seen": str(refused),
                "effect": "",
                "mend": "",
            }
        ]
    return findings


def _by_file(api: Api, read: ProcessingFile, chosen: list[dict[str, Any]], only: set[str] | None) -> dict[str, Any]:
    """Judge the rooms of the file, and name the linked ones that it does not hold."""
    rooms = [each for each in read.rooms if only is None or each["address"].casefold() in only]
    groups: list[dict[str, Any]] = []
    with progress("Judging", len(rooms)) as done:
        for place in range(0, len(rooms), _AT_ONCE):
            part = rooms[place : place + _AT_ONCE]
            for each in api.post("doctor/calendar-processing", {"rooms": part})["rooms"]:
                named = each["address"] if each["resource"] else word("{room} (not linked)", room=each["address"])
                groups.append({"name": named, "findings": each["findings"]})
                done()
    known = {each["address"].casefold() for each in read.rooms}
    missing = [each["mailbox"]["address"] for each in chosen if each["mailbox"]["address"].casefold() not in known]
    return {"judged": groups, "written": read.written, "missing": missing}


def _tell(found: dict[str, Any], everything: bool) -> None:
    for group in found["examined"]:
        _tell_group(group, everything)
    if "judged" in found:
        _tell_file(found, everything)
    groups = [*found["examined"], *found.get("judged", ())]
    count = {mark: sum(each["verdict"] == mark for one in groups for each in one["findings"]) for mark in MARKS}
    say("")
    say(_SUM, **count)
    if not everything and count["warn"] + count["unknown"]:
        say("What was seen of the others, and what mends them: -v")
    if "judged" not in found:
        say(_UNFILED)


def _tell_file(found: dict[str, Any], everything: bool) -> None:
    say("")
    written = datetime.fromisoformat(found["written"])
    aged = datetime.now(UTC) - written > _OLD_FILE
    told = "Booking settings as of {day}, which is long ago" if aged else "Booking settings as of {day}"
    say(told, "bold", day=f"{written:%Y-%m-%d %H:%M}Z")
    for group in found["judged"]:
        _tell_group(group, everything)
    if found["missing"]:
        say("not in the file: {rooms}", "yellow", rooms=", ".join(found["missing"]))


def _tell_group(group: dict[str, Any], everything: bool) -> None:
    """Tell what is bad with the line that mends it, and name what else is not well; or tell everything."""
    findings = group["findings"]
    head = Text(group["name"], style="bold")
    for verdict, words in _IN_SHORT:
        checks = [each["name"] for each in findings if each["verdict"] == verdict]
        if checks and not everything:
            head.append(f"  {word(words)}: {', '.join(checks)}", style=MARKS[verdict][1])
    well = sum(each["verdict"] == "ok" for each in findings)
    head.append("  " + word("{count} checks are well", count=well) if well and not everything else "", style="dim")
    out().print(head)
    for each in findings:
        if not everything and each["verdict"] != "bad":
            continue
        mark, style = MARKS[each["verdict"]]
        told = Text.assemble((f"{word(mark):5} ", style), (f"{each['name']}: ", "bold"), each["seen"])
        out().print(Padding(told, (0, 0, 0, 2)))
        for lead, text in (("so", each["effect"]), ("do", each["mend"])):
            if text:
                # A line to be copied is not broken: a terminal wraps it, and copies it whole.
                out().print(Padding(Text.assemble((f"{word(lead):3} ", "dim"), text), (0, 0, 0, 7)))

"""``lockstep resources``: list, link, unlink, import from a file, and find what could be linked."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from lockstep.api import Api, Refused
from lockstep.session import AsJson, Room, api_of, named, resources_of
from lockstep.showing import age, as_json, err, progress, say, state, table
from lockstep.words import word

resources = typer.Typer(no_args_is_help=True, help="List, link, unlink, import and find resources.")

FACTS = ("name", "kind", "capacity", "building", "floor", "zone", "phone", "contact", "features")
_PLAIN = ("mailbox", "platform")
_POLICY = "policy."
_MOST_AT_ONCE = 500
_COLUMNS = {
    "mailbox": "address or object id of the mailbox (needed)",
    "platform": "the platform's id of the resource; empty: it is made there",
    ", ".join(FACTS[:5]): "replace what the directory says",
    ", ".join(FACTS[5:]): "replace what the directory says; features are separated by ;",
    "policy.SETTING": "a setting of the policy, such as policy.winner",
}
_UNKNOWN = "{file} has columns that are not known: {columns}. `lockstep resources columns` shows what can be there."
_NO_MAILBOX = "{file} has no column 'mailbox'. `lockstep resources columns` shows what can be there."
_IN_ALL = "{linking} are being linked, {already} were linked already, {refused} were refused."

Building = Annotated[str | None, typer.Option(help="Only those of this building.")]
InState = Annotated[str | None, typer.Option("--state", help="Only those in this state, such as failing.")]
Settings = Annotated[list[str] | None, typer.Option("--set", help="A setting, such as winner=first.", metavar="N=V")]


@resources.command("list")
def list_resources(
    context: typer.Context, building: Building = None, in_state: InState = None, json: AsJson = False
) -> None:
    """Show the resources with their state, as they were last seen."""
    found = [each for each in resources_of(api_of(context), unlinked=True) if _is_meant(each, building, in_state)]
    if json:
        as_json(found)
        return
    if not found:
        say("No resource is linked. `lockstep resources discover` shows what could be.")
        return
    rows = [
        (each["name"], each["building"] or "-", state(each["state"]), age(each["last_look"]), _truth(each), each["why"])
        for each in found
    ]
    table(("resource", "building", "state", "looked", "proven", "why"), rows, wide="why")
    say(_summary(found))


def _is_meant(resource: Mapping[str, Any], building: str | None, in_state: str | None) -> bool:
    if in_state is not None:
        return bool(resource["state"] == in_state)
    right = building is None or str(resource["building"]).casefold() == building.casefold()
    return right and resource["state"] != "unlinked"


def _truth(resource: Mapping[str, Any]) -> Text:
    differences = resource["differences_at_proof"]
    words = age(resource["proven_at"])
    if not differences:
        return Text(words)
    return Text(word("{age}, {count} differ", age=words, count=differences), style="yellow")


def _summary(found: Sequence[Mapping[str, Any]]) -> str:
    counts: dict[str, int] = {}
    for each in found:
        counts[each["state"]] = counts.get(each["state"], 0) + 1
    listed = ", ".join(f"{number} {word(name)}" for name, number in sorted(counts.items(), key=lambda one: -one[1]))
    return word("{count} resources: {listed}", count=len(found), listed=listed)


@resources.command("link")
def link(
    context: typer.Context,
    mailbox: Annotated[str, typer.Argument(help="Address or object id of the mailbox.")],
    platform: Annotated[
        str | None, typer.Option(help="The platform's id of the resource; without: made there.")
    ] = None,
    settings: Settings = None,
    json: AsJson = False,
) -> None:
    """Link a mailbox to a resource of the platform. Its first read follows; a large one waits for approval."""
    order: dict[str, Any] = {"mailbox": mailbox, "policy": settings_of(settings or ())}
    if platform is not None:
        order["platform"] = platform
    made = api_of(context).post("resources", order)
    if json:
        as_json(made)
    else:
        say("{name} is being linked as {id}.", name=made["name"] or mailbox, id=made["id"])


@resources.command("set")
def set_policy(context: typer.Context, room: Room, settings: Settings = None, json: AsJson = False) -> None:
    """Give a resource other settings; what they mean for bookings that stand is a plan, held where it is large."""
    given = settings_of(settings or ())
    if not given:
        raise Refused(word("Say which settings: --set winner=first, as often as needed."))
    api = api_of(context)
    found = named(api, room)
    done = api.post(f"resources/{found['id']}/commands", {"verb": "policy", "settings": given})
    as_json(done) if json else say("Ordered: {settings} of {name}.", settings=", ".join(given), name=found["name"])


@resources.command("unlink")
def unlink(
    context: typer.Context,
    room: Room,
    yes: Annotated[bool, typer.Option("--yes", help="Do it, and do not ask.")] = False,
    json: AsJson = False,
) -> None:
    """Unlink a resource: all bookings stay on both sides, the ledger is kept for 30 days."""
    api = api_of(context)
    found = named(api, room)
    told = api.delete(f"resources/{found['id']}")
    if not yes and not json:
        stays = "{count} bookings of {name} would no longer be kept in lockstep. They stay."
        say(stays, count=told["stays"]["mappings"], name=found["name"])
        yes = typer.confirm(word("Unlink {name}?", name=found["name"]))
    if yes:
        told = api.delete(f"resources/{found['id']}", confirm=True)
    if json:
        as_json(told)
    elif told["unlinked"]:
        say("{name} is being unlinked.", name=found["name"])
    else:
        say("Nothing was done.")


@resources.command("discover")
def discover(
    context: typer.Context,
    listed: Annotated[
        Path | None, typer.Option("--list", help="Also ask these mailboxes, one address in a line.", exists=True)
    ] = None,
    group: Annotated[str | None, typer.Option(help="Also ask the members of this group (its object id).")] = None,
    csv_to: Annotated[Path | None, typer.Option("--csv", help="Write what is not linked to a file for import.")] = None,
    json: AsJson = False,
) -> None:
    """Find mailboxes that could be linked: rooms in Places, equipment and hidden rooms in a list or a group."""
    api = api_of(context)
    found = _discovered(api, _addresses(listed), group)
    if csv_to is not None:
        _write(csv_to, [each for each in found["candidates"] if not each["linked"]])
    if json:
        as_json(found)
        return
    rows = [
        (each["address"], each["name"], each["kind"], each["building"] or "-", _standing(each["linked"]))
        for each in found["candidates"]
    ]
    table(("mailbox", "name", "kind", "building", ""), rows, wide="mailbox")
    for sentence in found["looked"]:
        say("looked into {where}", where=sentence)


def _standing(linked: bool) -> str:
    return word("linked" if linked else "free")


def _addresses(file: Path | None) -> list[str]:
    if file is None:
        return []
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise Refused(word("{file} cannot be read as text in UTF-8.", file=file)) from None
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _discovered(api: Api, addresses: list[str], group: str | None) -> dict[str, Any]:
    """Ask for all addresses in parts that a request takes, and put the answers together."""
    parts = [addresses[place : place + _MOST_AT_ONCE] for place in range(0, len(addresses), _MOST_AT_ONCE)] or [[]]
    found: dict[str, Any] = {}
    looked: list[str] = []
    with progress("Asking", len(parts)) as done:
        for number, part in enumerate(parts):
            order: dict[str, Any] = {"addresses": part} if part else {}
            told = api.post("discovery", order | ({"group": group} if group and not number else {}))
            found |= {each["address"].casefold(): each for each in told["candidates"]} | found
            looked += told["looked"] if not number else told["looked"][1:]
            done()
    return {"candidates": [found[address] for address in sorted(found)], "looked": looked}


def _write(file: Path, candidates: Sequence[Mapping[str, Any]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(("mailbox", "platform", "name", "building", "floor", "capacity"))
        for each in candidates:
            seats = "" if each["capacity"] is None else each["capacity"]
            writer.writerow((each["address"], "", each["name"], each["building"], each["floor"], seats))


@resources.command("import")
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV with a column 'mailbox'; see `lockstep resources columns`.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and check the file; link nothing.")] = False,
    json: AsJson = False,
) -> None:
    """Link every mailbox of a CSV file. What is linked already is left as it is, so a file may be read again."""
    orders = orders_of(file)
    if dry_run:
        as_json(orders) if json else say(
            "{file} names {count} mailboxes; nothing was linked.", file=file, count=len(orders)
        )
        return
    told = _linked(api_of(context), orders)
    if json:
        as_json(told)
    else:
        _tell_import(told)
    if any(each["outcome"] == "refused" for each in told):
        raise typer.Exit(1)


@resources.command("columns")
def columns() -> None:
    """Show which columns a file for import may have."""
    rows = [(name, word(meaning)) for name, meaning in _COLUMNS.items()]
    table(("column", "meaning"), rows, wide="meaning")


def orders_of(file: Path) -> list[dict[str, Any]]:
    """Return the orders of a CSV file. Raises ``Refused`` with the line of every mistake, before anything is done."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            sample = opened.readline()
            opened.seek(0)
            reader = csv.DictReader(opened, delimiter=";" if sample.count(";") > sample.count(",") else ",")
            rows = list(enumerate(reader, 2))
            header = [name.strip() for name in reader.fieldnames or ()]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        unread = word("{file} cannot be read as CSV in UTF-8 ({error}).", file=file, error=type(error).__name__)
        raise Refused(unread) from None
    unknown = [name for name in header if name not in (*_PLAIN, *FACTS) and not name.startswith(_POLICY)]
    if "mailbox" not in header or unknown:
        raise Refused(word(_UNKNOWN if unknown else _NO_MAILBOX, file=file, columns=", ".join(unknown)))
    mistakes: list[str] = []
    orders = [_order(row, line, mistakes) for line, row in rows]
    if mistakes:
        raise Refused(word("{file}: {mistakes}. Nothing was linked.", file=file, mistakes="; ".join(mistakes[:10])))
    return orders


def _order(row: Mapping[str | None, Any], line: int, mistakes: list[str]) -> dict[str, Any]:
    if None in row or None in row.values():
        mistakes.append(word("line {line} has another number of fields than the first line", line=line))
        return {}
    given = {str(name).strip(): str(value).strip() for name, value in row.items()}
    if not given["mailbox"]:
        mistakes.append(word("line {line} has no mailbox", line=line))
    order: dict[str, Any] = {"mailbox": given["mailbox"]}
    if given.get("platform"):
        order["platform"] = given["platform"]
    facts: dict[str, Any] = {name: given[name] for name in FACTS if given.get(name)}
    if "features" in facts:
        facts["features"] = [each.strip() for each in facts["features"].split(";") if each.strip()]
    if "capacity" in facts:
        if not facts["capacity"].isdecimal():
            mistakes.append(word("line {line} has a capacity that is no number", line=line))
        else:
            facts["capacity"] = int(facts["capacity"])
    policy = {n.removeprefix(_POLICY): value_of(v) for n, v in given.items() if n.startswith(_POLICY) and v}
    return order | ({"facts": facts} if facts else {}) | ({"policy": policy} if policy else {})


def _linked(api: Api, orders: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Order each; one that is refused stops no other."""
    told: list[dict[str, Any]] = []
    with progress("Linking", len(orders)) as done:
        for order in orders:
            try:
                made = api.post("resources", order)
                told.append({"mailbox": order["mailbox"], "outcome": "linking", "id": made["id"], "why": ""})
            except Refused as refused:
                outcome = "linked already" if refused.code == "linked" else "refused"
                told.append({"mailbox": order["mailbox"], "outcome": outcome, "id": None, "why": str(refused)})
            done(order["mailbox"])
    return told


def _tell_import(told: Sequence[Mapping[str, Any]]) -> None:
    refused = [each for each in told if each["outcome"] == "refused"]
    if refused:
        table(
            ("mailbox", "refused because"), [(each["mailbox"], each["why"]) for each in refused], wide="refused because"
        )
    linking, already = (sum(each["outcome"] == one for each in told) for one in ("linking", "linked already"))
    in_all = word(_IN_ALL, linking=linking, already=already, refused=len(refused))
    if refused:
        err().print(in_all)
    else:
        say(in_all)


def settings_of(given: Sequence[str]) -> dict[str, Any]:
    """Return settings from ``name=value``. Raises ``Refused``."""
    found = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name.strip():
            raise Refused(word("{text} is no setting: write it as name=value, such as winner=first.", text=each))
        found[name.strip()] = value_of(value.strip())
    return found


def value_of(text: str) -> str | int | bool:
    """Return what a text means as a setting: true, false, a whole number, or itself."""
    if text.casefold() in ("true", "false"):
        return text.casefold() == "true"
    return int(text) if text.removeprefix("-").isdecimal() else text

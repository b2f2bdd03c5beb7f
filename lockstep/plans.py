"""``plan``, ``why`` and ``held``: what would happen, why what happened did, and what waits for a person."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text

from lockstep.api import Api, Refused
from lockstep.session import AsJson, Room, api_of, named, resources_of
from lockstep.showing import as_json, moment, say, span, table
from lockstep.words import word

held = typer.Typer(invoke_without_command=True, help="What waits for a person: show it, approve it, discard it.")

Steps = Annotated[list[str] | None, typer.Option("--step", help="Only the open step of this id; may be repeated.")]
Mappings = Annotated[list[str] | None, typer.Option("--mapping", help="Only the booking of this mapping.")]
Actions = Annotated[list[str] | None, typer.Option("--action", help="Only steps that would do this, such as create.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it, and do not ask.")]

_COUNTED = ("created", "matched", "changed", "cancelled", "declined")


def plan(
    context: typer.Context,
    room: Room,
    full: Annotated[bool, typer.Option("--full", help="As if both sides were read anew.")] = False,
    limit: Annotated[int, typer.Option(help="How many bookings to show.", min=1, max=1000)] = 50,
    json: AsJson = False,
) -> None:
    """Show what the next run would do to a resource now, and why. Nothing is written."""
    api = api_of(context)
    found = named(api, room)
    told = api.get(f"resources/{found['id']}/plan", full=full, limit=limit)
    if json:
        as_json(told)
        return
    counts = {"runs": counted(told["runs"]), "held": counted(told["held"])}
    say("{name}: {runs} at once; {held} after an approval.", name=found["name"], **counts)
    if told["why"]:
        say("Held: {why}", "yellow", why=told["why"])
    rows = [_foreseen(each) for each in told["bookings"]]
    if rows:
        table(("when (UTC)", "", "what", "why"), rows, wide="why")
    total = told["runs"]["bookings"] + told["held"]["bookings"]
    if total > len(rows):
        say("{count} more are not shown; give --limit.", count=total - len(rows))


def counted(counts: dict[str, int]) -> str:
    """Return counts of a plan as words, mails included."""
    parts = [f"{counts[name]} {word(name)}" for name in (*_COUNTED, "mails") if counts[name]]
    return ", ".join(parts) or word("nothing")


def _foreseen(each: dict[str, Any]) -> tuple[str, Text, str, str]:
    fate = Text(word(each["fate"]), style="yellow" if each["fate"] == "held" else "")
    what = ", ".join(f"{word(step['action'])} ({word(step['side'])})" for step in each["steps"]) or "-"
    reasons = [step["reason"]["sentence"] for step in each["steps"]]
    reasons += [reason["sentence"] for reason in each["decisions"]]
    why = " ".join(dict.fromkeys([each["why"], *reasons])).strip()
    return span(each["when"]).removesuffix("Z"), fate, what, why


def why(
    context: typer.Context,
    room: Room,
    event: Annotated[str | None, typer.Option(help="The event's immutable id, or id@start of an occurrence.")] = None,
    booking: Annotated[str | None, typer.Option(help="The platform's id of the booking.")] = None,
    mapping: Annotated[str | None, typer.Option(help="The mapping's id.")] = None,
    json: AsJson = False,
) -> None:
    """Tell why one booking is as it is; without naming one, list the room's latest decisions."""
    api = api_of(context)
    found = named(api, room)
    if not (event or booking or mapping):
        _latest(api, found, json)
        return
    told = api.get(f"resources/{found['id']}/why", event=event, booking=booking, mapping=mapping)
    if json:
        as_json(told)
        return
    for side in ("calendar", "platform"):
        say(f"{word(side):11} {_side(told[side])}")
    for step in told["open_steps"]:
        facts = {
            "cause": word(step["cause"].replace("_", " ")),
            "why": step["reason"] or "-",
            "due": moment(step["due"]),
        }
        say("waits: {cause}: {why} (due {due})", "yellow", **facts)
    rows = [(moment(each["at"]), each["sentence"]) for each in told["history"]]
    table(("at", "decided"), rows, wide="decided")


def _side(side: dict[str, Any] | None) -> str:
    if side is None:
        return word("nothing is known of it there")
    stands = word("takes place" if side["takes_place"] else "does not take place")
    private = f", {word('private')}" if side["private"] else ""
    return f"{stands}, {span(side['when'])}{private}  {side['shows']}".rstrip()


def _latest(api: Api, found: dict[str, Any], json: bool) -> None:
    told = api.get(f"resources/{found['id']}/decisions", limit=30)["decisions"]
    if json:
        as_json(told)
        return
    if not told:
        say("Nothing has been decided about a booking of {name} yet.", name=found["name"])
        return
    table(("at", "mapping", "decided"), [(moment(e["at"]), e["mapping"], e["sentence"]) for e in told], wide="decided")


@held.callback()
def show_held(context: typer.Context, json: AsJson = False) -> None:
    """Show every resource of which something waits for a person."""
    if context.invoked_subcommand is not None:
        return
    api = api_of(context)
    waiting = [each for each in resources_of(api) if each["state"] == "held"]
    steps = {each["id"]: _held_steps(api, each["id"]) for each in waiting}
    if json:
        as_json([{"resource": each["id"], "name": each["name"], "steps": steps[each["id"]]} for each in waiting])
        return
    if not waiting:
        say("Nothing waits for a person.")
        return
    for each in waiting:
        say(f"{each['name']}: {each['why']}", "bold")
        rows = [
            (s["id"], ", ".join(map(word, s["actions"])) or "-", moment(s["since"]), s["reason"])
            for s in steps[each["id"]][:20]
        ]
        table(("step", "would", "since", "held because"), rows, wide="held because")
        if len(steps[each["id"]]) > len(rows):
            say("and {count} more; --json shows all", count=len(steps[each["id"]]) - len(rows))
    say("`lockstep plan ROOM` shows what an approval would do; `lockstep held approve ROOM` permits it.")


def _held_steps(api: Api, resource: str) -> list[dict[str, Any]]:
    listed = api.listed(f"resources/{resource}/open-steps", "open_steps")
    return [each for each in listed if each["cause"] == "held" or (each["cause"] == "conflict" and each["actions"])]


def _settling(verb: str, does: str) -> None:
    """Add the command that settles what waits of a room by ``verb``, all of it or a part."""

    def settling(
        context: typer.Context,
        room: Room,
        step: Steps = None,
        mapping: Mappings = None,
        action: Actions = None,
        yes: Yes = False,
        json: AsJson = False,
    ) -> None:
        _order(context, verb, room, {"steps": step, "mappings": mapping, "actions": action}, yes, json)

    held.command(verb, help=does)(settling)


_settling(
    "approve", "Permit what waits now, all of it or a part. The next run plans afresh and does what is still needed."
)
_settling("discard", "Let go of what waits, all of it or a part: both sides stay as they are.")


def _order(
    context: typer.Context, verb: str, room: str, chosen: dict[str, list[str] | None], yes: bool, json: bool
) -> None:
    api = api_of(context)
    found = named(api, room)
    narrowed = {name: values for name, values in chosen.items() if values}
    waiting = len(_held_steps(api, found["id"]))
    if not waiting:
        raise Refused(word("Nothing of {name} waits for a person.", name=found["name"]))
    if not yes and not json:
        told = api.get(f"resources/{found['id']}/plan", limit=1)
        facts = {"name": found["name"], "count": waiting, "all": counted(told["held"])}
        say("{name}: {count} steps wait; all of them together: {all}.", **facts)
        part = f" ({', '.join(narrowed)})" if narrowed else ""
        sure = word(verb.capitalize())
        if not typer.confirm(f"{sure}{part}?"):
            raise typer.Exit(1)
    done = api.post(f"resources/{found['id']}/commands", {"verb": verb, **narrowed})
    if json:
        as_json(done)
    else:
        say("Ordered: {verb} for {name}. Its next run carries it out.", verb=verb, name=found["name"])

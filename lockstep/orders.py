"""``retry``, ``rebuild``, ``pause``, ``resume``: the same for one resource, several, a building, or all of a tenant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from lockstep.api import Refused
from lockstep.session import AsJson, Room, Rooms, api_of, named
from lockstep.showing import as_json, say
from lockstep.words import word

InBuilding = Annotated[str | None, typer.Option("--building", help="Every resource of this building.")]
All = Annotated[bool, typer.Option("--all", help="Every linked resource of the tenant.")]

_MEANS = {
    "pause": "reading goes on and nothing is written until `lockstep resume`",
    "resume": "what happened meanwhile is carried over by the next run; many changes at once wait for approval",
    "prove": "what differs is repaired, or waits for approval",
    "rebase": "both sides are read in full and compared; what would write a lot waits for approval",
    "retry": "what waited for another try is due now",
}


def _ordering(verb: str, does: str) -> Callable[..., None]:
    """Return the command that orders ``verb`` of those who are named, of a building, or of all."""

    def ordering(
        context: typer.Context,
        room: Rooms = None,
        building: InBuilding = None,
        everything: All = False,
        json: AsJson = False,
    ) -> None:
        _of_many(context, verb, room, building, None, everything, json)

    ordering.__name__, ordering.__doc__ = verb, does
    return ordering


pause = _ordering("pause", "Write nothing any more: reading goes on, and what waits is shown.")
resume = _ordering("resume", "Write again, and carry over what happened meanwhile.")
prove = _ordering("prove", "Read both sides in full by another path than the feeds, and repair what differs.")
rebase = _ordering("rebase", "Read both sides in full and compare them, as the weekly re-base does.")


def retry(
    context: typer.Context,
    room: Rooms = None,
    building: InBuilding = None,
    failing: Annotated[bool, typer.Option("--failing", help="Every resource that is failing.")] = False,
    everything: All = False,
    json: AsJson = False,
) -> None:
    """Try at once what waits for another try."""
    _of_many(context, "retry", room, building, "failing" if failing else None, everything, json)


def _of_many(
    context: typer.Context,
    verb: str,
    rooms: list[str] | None,
    building: str | None,
    in_state: str | None,
    everything: bool,
    json: bool,
) -> None:
    api = api_of(context)
    ways: dict[str, Any] = {"building": building, "state": in_state, "everything": everything or None}
    given = {name: value for name, value in ways.items() if value is not None}
    if bool(rooms) + len(given) != 1:
        which = "Say which resources: `lockstep {verb} ROOM…`, or one of --building and --all."
        raise Refused(word(which, verb=verb))
    chosen = given or {"resources": [named(api, each)["id"] for each in rooms or ()]}
    told = api.post("orders", {"verb": verb, **chosen})
    if json:
        as_json(told)
        return
    names = [each["name"] or each["id"] for each in told["ordered"]]
    if not names:
        say("There is nothing to do ({verb}).", verb=verb)
        return
    shown = ", ".join(names[:8])
    if len(names) > 8:
        shown = word("{names} and {count} more", names=shown, count=len(names) - 8)
    say("Ordered: {verb} for {names}; {means}.", verb=verb, names=shown, means=word(_MEANS[verb]))


def rebuild(
    context: typer.Context,
    room: Room,
    yes: Annotated[bool, typer.Option("--yes", help="Do it, and do not ask.")] = False,
    json: AsJson = False,
) -> None:
    """Tie both sides anew after a ledger was lost or restored. Whatever would be written waits for approval."""
    api = api_of(context)
    found = named(api, room)
    sure = word("Rebuild the ledger of {name}? Nothing is written unasked.", name=found["name"])
    if not (yes or json or typer.confirm(sure)):
        raise typer.Exit(1)
    done = api.post(f"resources/{found['id']}/commands", {"verb": "rebuild"})
    as_json(done) if json else say(
        "Ordered: rebuild for {name}; `lockstep held` shows what it finds.", name=found["name"]
    )

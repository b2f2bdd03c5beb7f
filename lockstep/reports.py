"""What is told of all resources at once: bookings, use, no-shows, what lapses; and both sides of one resource."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from lockstep.session import AsJson, Room, api_of, named
from lockstep.showing import as_json, say, span, table
from lockstep.words import word

Days = Annotated[int, typer.Option(min=1, max=400, help="How many days from today on.")]
_WEEKS = 8


def find(
    context: typer.Context,
    words: Annotated[str, typer.Argument(help="Words of a title, an owner or a room; a link to a meeting.")] = "",
    building: Annotated[str | None, typer.Option(help="Only those of this building.")] = None,
    days: Days = 7,
    json: AsJson = False,
) -> None:
    """List the bookings of all resources, or find some by their words or by their meeting's link."""
    api = api_of(context)
    start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    by = {"link": words} if words.startswith("https://") else {"find": words} if words else {}
    asked: dict[str, Any] = {"from": _instant(start), "to": _instant(start + timedelta(days=days)), **by}
    pages = _pages(api, asked | ({"building": building} if building else {}))
    found = [each for page in pages for each in page["reservations"]]
    if json:
        as_json(found)
        return
    names = {each["id"]: each["name"] for page in pages for each in page["resources"]}
    rows = [(span(each), names.get(each["resource"], each["resource"]), _titled(each), _owner(each)) for each in found]
    table(("when", "resource", "title", "owner"), rows, wide="title") if rows else say("Nothing is booked.")
    for each in [one for page in pages for one in page["unread"]]:
        say("{name} could not be read: {why}", "yellow", name=each["name"], why=each["why"])


def _pages(api: Any, asked: dict[str, Any]) -> list[dict[str, Any]]:
    pages = [api.post("reservations", asked)]
    while pages[-1]["next"]:
        pages.append(api.post("reservations", asked | {"after": pages[-1]["next"]}))
    return pages


def _titled(each: dict[str, Any]) -> str:
    return word("(private)") if each["private"] else each["title"] or "-"


def _owner(each: dict[str, Any]) -> str:
    owner = each["owner"]
    return (owner["name"] or owner["address"]) if owner else "-"


def use(context: typer.Context, json: AsJson = False) -> None:
    """Show the hours in which resources were taken, by building and week, the last eight weeks; nobody is named."""
    api = api_of(context)
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    asked = {"from": _instant(monday - timedelta(weeks=_WEEKS)), "to": _instant(monday)}
    summed: dict[tuple[str, str], list[float]] = {}
    for each in api.listed("use", "use", **asked):
        kept = summed.setdefault((each["building"], each["week"]), [0, 0, 0])
        summed[each["building"], each["week"]] = [
            a + each[name] for a, name in zip(kept, ("resources", "bookings", "hours"), strict=True)
        ]
    if json:
        as_json(
            [
                {"building": b, "week": w, "resources": r, "bookings": n, "hours": h}
                for (b, w), (r, n, h) in summed.items()
            ]
        )
        return
    rows = [(b or "-", w, f"{r:.0f}", f"{n:.0f}", f"{h:.1f}") for (b, w), (r, n, h) in sorted(summed.items())]
    table(("building", "week", "resources", "bookings", "hours"), rows, wide="building") if rows else say(
        "Nothing is booked."
    )


def no_shows(context: typer.Context, json: AsJson = False) -> None:
    """Show the series to which nobody comes, as often in a row as a resource's setting says."""
    found = list(api_of(context).listed("no-shows", "no_shows"))
    if json:
        as_json(found)
        return
    rows = [(each["name"], _titled(each), str(each["times"]), each["last"]) for each in found]
    table(("resource", "title", "times in a row", "last"), rows, wide="title") if rows else say("Nobody stays away.")


def lapses(context: typer.Context, json: AsJson = False) -> None:
    """Show what has a last day (secrets, certificates, tokens), the soonest first."""
    found = api_of(context).get("lapses")["lapses"]
    if json:
        as_json(found)
        return
    rows = [(each["name"], word(each["kind"]), each["on"] or "-", _left(each["days_left"])) for each in found]
    table(("what", "kind", "last day", ""), rows, wide="what") if rows else say("Nothing that is known ends.")


def _left(days: int | None) -> str:
    return word("nobody has said when") if days is None else word("{count} days left", count=days)


def compare(context: typer.Context, room: Room, days: Days = 14, json: AsJson = False) -> None:
    """Read both sides of a resource now and show where they differ."""
    api = api_of(context)
    now = datetime.now(UTC)
    found = named(api, room)
    told = api.get(
        f"resources/{found['id']}/sides", **{"from": _instant(now), "to": _instant(now + timedelta(days=days))}
    )
    if json:
        as_json(told)
        return
    differing = [each for each in told["pairs"] if not each["equal"]]
    rows = [
        (
            span(each["calendar"] or each["platform"]),
            ", ".join(word(one.replace("_", " ")) for one in each["differences"]),
            each["reason"],
        )
        for each in differing
    ]
    if rows:
        table(("when", "differs", "why"), rows, wide="why")
    say(
        "{name}: {count} bookings, {different} differ.",
        name=found["name"],
        count=len(told["pairs"]),
        different=len(differing),
    )
    if differing:
        raise typer.Exit(1)


def sweep(context: typer.Context, json: AsJson = False) -> None:
    """Look at every resource now, as the schedule does."""
    told = api_of(context).post("sweep")
    as_json(told) if json else say("Resources woken: {count}.", count=told["woken"])


def setup(context: typer.Context, json: AsJson = False) -> None:
    """Make the link for the administrator of Microsoft 365: what is asked, and the script that grants it."""
    made = api_of(context).get("setup")
    if json:
        as_json(made)
        return
    say(
        "It works until {until}, needs no sign-in and holds no secret:",
        until=made["until"][:16].replace("T", " ") + "Z",
    )
    # In one piece, however narrow the terminal is: it is copied.
    typer.echo(made["url"])


def _instant(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"

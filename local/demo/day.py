"""The demo from beginning to end: the company, the links, the day, the tables, and what follows."""

from __future__ import annotations

import time
from dataclasses import dataclass

import aiohttp

from local.demo.cast import Company
from local.demo.desk import Desk
from local.demo.ending import report
from local.demo.exchange import PEOPLES_APP, Exchange
from local.demo.following import Follower
from local.demo.lockstep import Lockstep
from local.demo.next_steps import tell_next_steps
from local.demo.outlook import Outlook
from local.demo.play import Play
from local.demo.screen import Screen
from local.demo.staging import SETTLE_SECONDS, empty_day, gather_company, link_all, policy_of, told
from local.demo.stories import LAST, STORIES, tell
from local.demo.web import Web
from local.stack.stackfile import StackFile

PACE = 0.9
_SECONDS = 15.0


@dataclass(frozen=True)
class Doors:
    """The stack as the people, the administrator and the stage hands reach it."""

    outlook: Outlook
    desk: Desk
    lockstep: Lockstep
    exchange: Exchange


async def play_day(screen: Screen, stack: StackFile, *, once: bool) -> bool:
    """Play everything; the answer is whether all was as promised. Without `once` it follows what people try next, and
    returns only by being cancelled.
    """
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(_SECONDS)) as session:
        doors = await open_doors(session, stack)
        play = await staged(screen, doors)
        before, own = await doors.exchange.last_request(), play.outlook.asked
        _introduce(play)
        play.began = time.perf_counter()
        await tell(play, STORIES, PACE)
        await tell(play, LAST, PACE)
        asked = await doors.exchange.requests(before)
        good = await report(play, asked.without(play.outlook.asked - own))
        if not once:
            tell_next_steps(screen, stack, play.company, play.day)
            screen.title("What Lockstep decides from now on shows here:")
            follower = Follower(doors.lockstep, screen)
            await follower.begin()
            await follower.follow()
        return good


async def open_doors(session: aiohttp.ClientSession, stack: StackFile) -> Doors:
    """Reach a running stack; the people use Graph with a token of their own."""
    ports = stack.plan.ports
    graph, host = f"http://127.0.0.1:{ports.graph}", f"http://127.0.0.1:{ports.host}"
    controls = Web(session, graph, {})
    token = (await controls.call("POST", "/sim/token", {"appId": PEOPLES_APP}))["access_token"]
    outlook = Outlook(Web(session, f"{graph}/v1.0", {"Authorization": f"Bearer {token}"}))
    app = Web(session, host, {"x-functions-key": stack.function_key})
    return Doors(outlook, Desk(app), Lockstep(app), Exchange(controls))


async def staged(screen: Screen, doors: Doors) -> Play:
    """Tell who is there, link every room, and choose the day."""
    company = await gather_company(doors.exchange)
    screen.title("What this is")
    screen.paragraph(
        "Lockstep keeps the calendars of Microsoft 365 rooms and a booking platform the same, both ways. Here it keeps"
        " those of a small company. Microsoft 365, the queue and the tables are stand-ins on this machine; the rest is"
        " the product itself."
    )
    screen.title("The company")
    _tell_people(screen, company)
    screen.paragraph(
        "Lockstep links each room's mailbox to a resource of the booking platform, with a policy. An overlap is judged"
        f" once it has stood for {SETTLE_SECONDS} s (5 s, where the policy says nothing):"
    )
    began = time.perf_counter()
    company = await link_all(company, doors.lockstep)
    seconds = time.perf_counter() - began
    facts = {row["name"]: row for row in await doors.lockstep.resources()}
    screen.plain()
    rows = [
        (name, facts[name]["building"] or "-", str(facts[name]["capacity"] or "-"), told(policy_of(room)))
        for name, room in company.rooms.items()
    ]
    screen.table(("Room", "Building", "Seats", "Policy"), rows)
    screen.plain()
    screen.plain(f"{len(rows)} linked, subscribed to and in step after {seconds:.1f} s.")
    day = await empty_day(company, doors.outlook, doors.desk)
    mails = await doors.exchange.last_mail()
    return Play(company, doors.outlook, doors.desk, doors.lockstep, doors.exchange, screen, day, mails)


def _tell_people(screen: Screen, company: Company) -> None:
    by_zone: dict[str, list[str]] = {}
    for person in company.people.values():
        by_zone.setdefault(person.zone.key, []).append(person.first)
    for zone, names in by_zone.items():
        screen.paragraph(f"{zone}: {', '.join(names)}", 2)


def _introduce(play: Play) -> None:
    play.screen.title(f"A working day: {play.day:%A, %d %B %Y}")
    play.screen.paragraph(
        "Each entry is something a person does, in Outlook (Microsoft Graph) or on the platform (its API); below it is"
        " what was then seen on the other side, and how long after. Times are the room's own. Exchange replaces the"
        " title of what a room accepts by the organiser's name; Lockstep may read these rooms and nobody's own mailbox,"
        " so that name is what the platform shows of it."
    )

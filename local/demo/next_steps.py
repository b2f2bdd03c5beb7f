"""What a person can open and type once the day is over: commands for a second terminal, ready to be pasted."""

from __future__ import annotations

from datetime import date, timedelta

from local.demo.cast import Company
from local.demo.exchange import PEOPLES_APP
from local.demo.screen import Screen
from local.stack.stackfile import StackFile

_ROOM, _PERSON = "Matterhorn", "Adele Vance"


def tell_next_steps(screen: Screen, stack: StackFile, company: Company, played: date) -> None:
    """Print addresses, commands and places; `played` is the day whose bookings stand now."""
    ports = stack.plan.ports
    screen.title("The stack keeps serving. In a browser:")
    for line in stack.addresses.lines().splitlines():
        screen.plain(line)
    screen.title("Or in a second terminal:")
    screen.plain(f"HOST=http://127.0.0.1:{ports.host} GRAPH=http://127.0.0.1:{ports.graph}")
    screen.plain(f"KEY={stack.function_key}")
    screen.plain(f'TOKEN=$(curl -sd \'{{"appId":"{PEOPLES_APP}"}}\' $GRAPH/sim/token | cut -d\'"\' -f4)')
    for what, command in _commands(company, played + timedelta(days=1)):
        screen.plain()
        screen.plain(f"# {what}", "bold")
        for line in command.splitlines():
            screen.plain(line)
    screen.plain()
    screen.plain("# Ask as an administrator does, from this folder", "bold")
    screen.plain("export LOCKSTEP_URL=$HOST LOCKSTEP_KEY=$KEY")
    screen.plain(".venv/bin/python -m lockstep resources list")
    screen.plain(f".venv/bin/python -m lockstep why {_ROOM}")
    screen.plain()
    screen.plain(f"The API   http://127.0.0.1:{ports.host}/api/openapi.json (with ?code=$KEY)")
    screen.plain(f"Logs      {stack.plan.state / 'logs'}")
    screen.plain("Ctrl-C    ends what was started here")


def _commands(company: Company, day: date) -> list[tuple[str, str]]:
    room, person = company.room(_ROOM), company.person(_PERSON)
    bookings, events = f"$HOST/api/platform/resources/{room.platform}/bookings", "$GRAPH/v1.0/users"
    key, token = 'curl -sH "x-functions-key: $KEY"', 'curl -sH "Authorization: Bearer $TOKEN"'
    book = f'{key} \\\n  {bookings} \\\n  -d \'{{"title":"Mine","start":"{day}T09:00Z","end":"{day}T10:00Z"}}\''
    view = f"calendarView?startDateTime={day}T00:00&endDateTime={day}T23:59"
    calendar = f'{token} \\\n  "{events}/{room.address}/\\\n{view}"'
    invite = (
        f"{token} -H Content-Type:application/json \\\n  {events}/{person.address}/events \\\n"
        f'  -d \'{{"subject":"Mine too",\n'
        f'  "start":{{"dateTime":"{day}T12:00","timeZone":"UTC"}},\n'
        f'  "end":{{"dateTime":"{day}T13:00","timeZone":"UTC"}},\n'
        f'  "attendees":[{{"type":"resource",\n'
        f'    "emailAddress":{{"address":"{room.address}"}}}}]}}\''
    )
    return [
        (f"Book {room.name} on the platform", book),
        (f"Look at {room.name}'s calendar through Graph", calendar),
        (f"Make a meeting in {person.first}'s Outlook with {room.name} invited", invite),
        (f"List {room.name}'s bookings on the platform", f'{key} \\\n  "{bookings}?day={day}"'),
    ]

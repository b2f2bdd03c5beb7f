"""What the simulated Exchange lets one see and set beside Graph: mails, delegates, settings, faults, its log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from local.demo.cast import Person, Room
from local.demo.web import Json, Web

THROTTLED = 429
PEOPLES_APP = "people"
"""The application by which the people of the demo act; what Lockstep's may reach does not concern them."""


class Requests:
    """Graph requests by kind (method and route), and how many of them were throttled."""

    def __init__(self, counts: Mapping[str, int], throttled: int) -> None:
        self.counts = Counter(counts)
        self.throttled = throttled

    def without(self, own: Mapping[tuple[str, str, int], int]) -> Requests:
        """All but those that a client of this program has counted itself (`Web.asked`)."""
        kinds: Counter[str] = Counter()
        throttled = 0
        for (method, path, status), count in own.items():
            kinds[f"{method} {_route(path)}"] += count
            throttled += count if status == THROTTLED else 0
        return Requests(self.counts - kinds, self.throttled - throttled)

    def rows(self) -> list[tuple[str, str]]:
        """Kind and number, the most frequent first, with the sum and the throttled ones below."""
        ordered = sorted(self.counts.items(), key=lambda each: (-each[1], each[0]))
        rows = [(kind, str(count)) for kind, count in ordered]
        return [*rows, ("all together", str(self.counts.total())), ("of these throttled", str(self.throttled))]


def _route(path: str) -> str:
    """The route of a path, as the simulator's log names it."""
    parts = path.split("/")
    names = {"users": "{user}", "events": "{event}"}
    return "/".join(names.get(before, part) for before, part in zip(["", *parts], parts, strict=False))


class Exchange:
    """The simulator's controls under `/sim/`."""

    def __init__(self, controls: Web) -> None:
        self._controls = controls

    async def mailboxes(self) -> list[Json]:
        """Every mailbox of the company."""
        found: list[Json] = (await self._controls.call("GET", "/sim/mailboxes"))["value"]
        return found

    async def scope_to_rooms(self) -> None:
        """Let Lockstep's application reach rooms and equipment only, as RBAC for Applications does."""
        rooms = [box["userPrincipalName"] for box in await self.mailboxes() if box["kind"] != "user"]
        await self._controls.call("POST", "/sim/identity", {"mailboxes": rooms})

    async def set_processing(self, room: Room, processing: Mapping[str, object]) -> None:
        """Change how the room's booking attendant works, as Set-CalendarProcessing does."""
        await self._controls.call("PATCH", f"/sim/mailboxes/{room.mailbox}", {"processing": dict(processing)})

    async def approve(self, room: Room, uid: str) -> None:
        """Let the room's delegate accept a request that is pending."""
        await self._controls.call(
            "POST", f"/sim/mailboxes/{room.mailbox}/answer", {"iCalUId": uid, "answer": "accepted"}
        )

    async def last_mail(self) -> int:
        """The number of the latest mail."""
        return int((await self._controls.call("GET", "/sim/outbox", None, since="999999999"))["last"])

    async def mail(self, sender: Room, to: Person, since: int) -> Json | None:
        """The latest mail after number `since` that the room's mailbox sent to a person."""
        found = (await self._controls.call("GET", "/sim/outbox", None, since=str(since)))["value"]
        mails = [mail for mail in found if mail["from"] == sender.address and to.address in mail["to"]]
        return mails[-1] if mails else None

    async def lose_notifications(self, room: Room) -> str:
        """From now on nobody is told when the room's calendar changes; the answer is the fault's number."""
        fault = {"kind": "lose_notification", "mailbox": room.address, "count": 1000}
        return str((await self._controls.call("POST", "/sim/faults", fault))["id"])

    async def end_fault(self, fault: str) -> int:
        """End a fault; the answer is how often it struck."""
        found = (await self._controls.call("GET", "/sim/faults"))["value"]
        hits = sum(each["hits"] for each in found if str(each["id"]) == fault)
        await self._controls.call("DELETE", f"/sim/faults/{fault}")
        return int(hits)

    async def last_request(self) -> int:
        """The number of the latest Graph request."""
        return int((await self._controls.call("GET", "/sim/requests", None, since="999999999"))["last"])

    async def requests(self, since: int) -> Requests:
        """What was asked of Graph after request number `since`, by whomever."""
        log = await self._controls.call("GET", "/sim/requests", None, since=str(since))
        return Requests(log["counts"], int(log["statuses"].get(str(THROTTLED), 0)))

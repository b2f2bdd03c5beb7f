"""A corridor of three linked rooms and one that is not, and a person whose meetings ask any of them."""

from __future__ import annotations

from shared.app.link_resource import LinkOrder, link_resource
from shared.domain.booking import CalendarKey, Occupancy, Person, ResourceFacts, occupancy
from shared.domain.decisions import Code
from shared.domain.ids import MailboxId, PlatformId, ResourceId
from shared.domain.spans import Timed
from shared.domain.wakeup import WakeCause
from tests.doubles.mailboxes import Box
from tests.doubles.world import ADELE, ROOM, World

LINKED = ("matterhorn", "eiger", "moench")
UNLINKED = "jungfrau"
NAMES = (*LINKED, UNLINKED)


def address(room: str) -> str:
    return f"{room}@contoso.example"


class Corridor(World):
    """Matterhorn, Eiger and Moench are linked, Jungfrau is not; Adele organises meetings in her own mailbox."""

    adele: MailboxId

    async def open(self, **settings: object) -> Corridor:
        """Link the three rooms; ``any_in`` names one that stays under the usual policy."""
        usual = str(settings.pop("any_in", ""))
        self.adele = self.give_mailbox(ADELE)
        self.ids: dict[str, ResourceId] = {}
        for number, name in enumerate(NAMES, 1):
            box = MailboxId(f"aaaaaaaa-0000-0000-0000-{number:012d}")
            self.calendar.add_mailbox(box, owner=Person(address(name), name.title()))
            self.directory.add(box, address(name), ResourceFacts(name.title(), capacity=8, zone="Europe/Zurich"))
        for name in LINKED:
            own = {key: value for key, value in settings.items() if name != usual}
            order = LinkOrder(address(name), PlatformId(name), settings=own)
            self.ids[name] = (await link_resource(self.outside, order)).id
        self.resource_id = self.ids["matterhorn"]
        await self.settle()
        return self

    def box(self, room: str) -> Box:
        return self.calendar.boxes[self.box_id(room)]

    def box_id(self, room: str) -> MailboxId:
        return MailboxId(f"{ROOM[:-1]}{NAMES.index(room) + 1}")

    def run_by_a_delegate(self, room: str) -> None:
        """Let a room show what it is asked as tentative, until somebody answers."""
        self.box(room).attends, self.box(room).shows_requests = False, True

    def hold(self, when: Timed, *rooms: str) -> CalendarKey:
        """Let Adele make a meeting that asks rooms."""
        return self.calendar.outlook.hold(self.adele, when, *(address(room) for room in rooms))

    def ask_exactly(self, key: CalendarKey, *rooms: str) -> None:
        """Let Adele ask exactly these rooms from now on."""
        self.calendar.outlook.invite_rooms(self.adele, key, *(address(room) for room in rooms))

    def withdraw(self, room: str) -> None:
        """Let a room's delegate decline the one meeting that it had accepted."""
        (copy,) = self.box(room).standing()
        self.calendar.attendant.withdraw(self.box(room), copy.ical_uid)

    async def notify_rooms(self, *rooms: str) -> None:
        """Let the calendars of these rooms (of all linked ones, where none is named) say that something changed."""
        await self.later(seconds=2)
        for room in rooms or LINKED:
            await self.wakeups.send([self.ids[room]], WakeCause.NOTIFICATION)
        await self.settle()

    def attending(self) -> dict[str, int]:
        """Return how many meetings each room attends in its calendar."""
        return {
            name: sum(occupancy(item) is Occupancy.TAKES for item in self.calendar.items(self.box_id(name)))
            for name in NAMES
        }

    def booked(self) -> dict[str, int]:
        """Return how many bookings each linked room has on the platform."""
        return {
            name: sum(not item.booking.cancelled for item in self.platform.items(PlatformId(name))) for name in LINKED
        }

    def assert_in(self, *rooms: str) -> None:
        """Assert that exactly these rooms attend, on both sides."""
        assert self.attending() == {name: int(name in rooms) for name in NAMES}
        assert self.booked() == {name: int(name in rooms) for name in LINKED}

    async def codes_of(self, room: str) -> list[Code]:
        return [decision.reason.code for decision in await self.ledgers.decisions(self.ids[room])]

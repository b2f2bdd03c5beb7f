"""A floor of two linked rooms, and a person whose meetings may ask either or both of them."""

from __future__ import annotations

from shared.app.link_resource import LinkOrder, link_resource
from shared.app.order_command import order_command
from shared.domain.booking import Occupancy, Person, ResourceFacts, occupancy
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.ids import MailboxId, PlatformId, ResourceId
from shared.domain.wakeup import WakeCause
from tests.doubles.world import ADELE, ROOM, World

MATTERHORN = "matterhorn@contoso.example"
EIGER = "eiger@contoso.example"
EIGER_BOX = MailboxId("aaaaaaaa-0000-0000-0000-000000000002")


class Floor(World):
    """Matterhorn and Eiger; Adele organises meetings in her own mailbox."""

    adele: MailboxId
    eiger_id: ResourceId

    async def open(self, **settings: object) -> Floor:
        """Link both rooms."""
        self.adele = self.give_mailbox(ADELE)
        await self.link(**settings)
        self.calendar.add_mailbox(EIGER_BOX, owner=Person(EIGER, "Eiger"))
        self.directory.add(EIGER_BOX, EIGER, ResourceFacts("Eiger", capacity=8, zone="Europe/Zurich"))
        order = LinkOrder(EIGER, PlatformId("eiger"), settings=settings)
        self.eiger_id = (await link_resource(self.outside, order)).id
        await self.settle()
        return self

    async def notify_both(self, first: str = MATTERHORN) -> None:
        """Both calendars say that something changed; one of them is taken up first."""
        await self.later(seconds=2)
        order = [self.resource_id, self.eiger_id]
        for resource in order if first == MATTERHORN else order[::-1]:
            await self.wakeups.send([resource], WakeCause.NOTIFICATION)
            await self.settle()

    async def order_of(self, resource: ResourceId, verb: Verb, **facts: str) -> None:
        """Order something of one of the rooms, and settle."""
        await order_command(self.outside, resource, verb, facts)
        await self.settle()

    def booked(self) -> dict[str, list[str]]:
        """Return the times that are booked on the platform, by room."""
        return {
            room: sorted(str(item.booking.when) for item in self.platform.items(PlatformId(room)))
            for room in ("matterhorn", "eiger")
        }

    def taken(self) -> dict[str, list[str]]:
        """Return the times that are taken in the calendars, by room."""
        boxes = {"matterhorn": ROOM, "eiger": EIGER_BOX}
        return {
            name: sorted(
                str(item.booking.when) for item in self.calendar.items(box) if occupancy(item) is not Occupancy.NOTHING
            )
            for name, box in boxes.items()
        }

    async def codes_of(self, resource: ResourceId) -> list[Code]:
        return [decision.reason.code for decision in await self.ledgers.decisions(resource)]

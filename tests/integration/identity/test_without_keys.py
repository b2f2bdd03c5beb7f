"""The product under identities alone: the settings hold no key, every hop is TLS, and bookings go both ways."""

from __future__ import annotations

import pytest

from tests.integration.identity.conftest import Served
from tests.integration.identity.offices import KINDS
from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually

NINE, ELEVEN, TWO = (at(9), at(10)), (at(11), at(12)), (at(14), at(15))


def test_the_settings_of_the_host_hold_no_key_and_no_plain_address(served: Served) -> None:
    settings = served[0].app_settings()
    text = " ".join(settings.values())
    assert not any(word in text for word in ("AccountKey", "SharedAccessKey", "DefaultEndpointsProtocol"))
    assert not {"LOCKSTEP_TABLES", "ServiceBus", "AzureWebJobsStorage"} & settings.keys()
    plain = {name for name, value in settings.items() if value.startswith("http:")}
    assert plain == {"LOCKSTEP_NOTIFICATION_URL"}, "only the host itself has no TLS: Azure's front end has it there"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_booking_goes_both_ways_through(kind: str, sites: dict[str, Site]) -> None:
    site = sites[kind]
    room = await site.room(titles="organizer")
    meeting = await site.outlook.invite(ADELE, room.address, timed(*NINE))
    await room.agrees_on(shown(*NINE, "Adele Vance"))
    booking = await site.desk.book(room.platform, booked(*ELEVEN))
    await room.agrees_on(shown(*NINE, "Adele Vance"), shown(*ELEVEN, "Workshop"))
    await site.outlook.change(meeting, **timed(*TWO))
    await site.desk.cancel(room.platform, booking)
    await room.agrees_on(shown(*TWO, "Adele Vance"))
    await room.settles()


async def test_a_tenant_that_takes_back_its_consent_harms_no_other(sites: dict[str, Site]) -> None:
    shut, open_ = sites["secret"], sites["certificate"]
    dark, bright = await shut.room(), await open_.room()
    await shut.graph.ask("POST", "/sim/identity", {"expireTokens": True, "applications": []})
    try:
        await dark.command("rebase")
        await eventually(dark.resource, lambda seen: seen["state"] != "in step", "the tenant is not reached")
        await open_.desk.book(bright.platform, booked(*NINE))
        await bright.agrees_on(shown(*NINE, "Workshop"))
    finally:
        await shut.graph.ask("POST", "/sim/identity", {"applications": None})
    await dark.command("retry")
    await dark.settles()

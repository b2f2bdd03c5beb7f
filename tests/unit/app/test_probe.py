"""The probe of a booker's mailbox: it writes, reads and removes, mails nobody and leaves nothing behind."""

from __future__ import annotations

import pytest

from shared.app.probe_booker import probe_booker
from shared.domain.booking import ShowAs
from shared.domain.ids import MailboxId
from shared.domain.spans import Timed
from shared.ports.errors import Rejected, Retry
from tests.doubles.faults import Killed
from tests.doubles.mailboxes import Access
from tests.doubles.world import BEN, World


def bens() -> tuple[World, MailboxId]:
    world = World()
    return world, world.give_mailbox(BEN)


async def test_it_makes_an_entry_and_takes_it_away_again() -> None:
    world, ben = bens()
    await probe_booker(world.outside, BEN.address)
    assert [name for name, _ in world.calendar.calls] == ["create", "find", "cancel"]
    assert not world.calendar.items(ben)
    assert not world.calendar.boxes[ben].mails


async def test_the_entry_is_private_free_and_far_away() -> None:
    world, ben = bens()
    await probe_booker(world.outside, BEN.address)
    (entry,) = world.calendar.boxes[ben].events.values()
    assert (entry.private, entry.show_as, entry.organiser, entry.rooms) == (True, ShowAs.FREE, None, ())
    assert isinstance(entry.when, Timed)
    assert (entry.when.start - world.clock.now()).days >= 364


async def test_it_may_be_repeated() -> None:
    world, ben = bens()
    for _ in range(3):
        await probe_booker(world.outside, BEN.address)
    assert not world.calendar.items(ben)


async def test_whatever_a_crash_leaves_behind_the_next_probe_removes() -> None:
    died, point = True, 0
    while died:
        point += 1
        world, ben = bens()
        world.faults.kill_at(point)
        try:
            await probe_booker(world.outside, BEN.address)
            died = False
        except Killed:
            pass
        world.faults.revive()
        await probe_booker(world.outside, BEN.address)
        assert not world.calendar.items(ben), f"killed at point {point}"
    assert point > 4


async def test_what_could_not_be_removed_is_removed_by_the_next_probe() -> None:
    world, ben = bens()
    world.faults.fail("calendar.cancel", Retry("busy"))
    with pytest.raises(Retry):
        await probe_booker(world.outside, BEN.address)
    await probe_booker(world.outside, BEN.address)
    assert not world.calendar.items(ben)


async def test_a_mailbox_that_may_be_read_and_not_written_fails_the_probe() -> None:
    world, ben = bens()
    world.faults.fail("calendar.create", Rejected("Access is denied.", "ErrorAccessDenied"))
    with pytest.raises(Rejected, match=r"Calendars\.ReadWrite") as refused:
        await probe_booker(world.outside, BEN.address)
    assert refused.value.code == "probe_failed"
    assert not world.calendar.items(ben)


@pytest.mark.parametrize("access", [Access.DENIED, Access.MISSING])
async def test_a_mailbox_that_may_not_be_used_fails_the_probe(access: Access) -> None:
    world, ben = bens()
    world.calendar.boxes[ben].access = access
    with pytest.raises(Rejected) as refused:
        await probe_booker(world.outside, BEN.address)
    assert refused.value.code == "probe_failed"

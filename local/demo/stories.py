"""The working day as a story per room. A story pauses (`yield`) where the other rooms' stories go on.

Told in turns, no room changes twice within a few seconds, as on any working day: Lockstep takes up what follows
quickly on a room's last change one second after that, and a demo that hurried would show only this.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from local.demo.entries import Stand
from local.demo.play import Play, Wanted
from local.demo.screen import Voice
from local.demo.watching import until
from local.demo.web import Refused

Story = Callable[[Play], AsyncIterator[None]]
_UNHEARD_SECONDS = 1.5


async def matterhorn(play: Play) -> AsyncIterator[None]:
    """A meeting is made in Outlook, moved by the wrong and by the right person, and cancelled on the platform."""
    room, adele = play.company.room("Matterhorn"), play.company.person("Adele Vance")
    slot = play.slot(room, "09:00", 60)
    meeting = await play.outlook.invite(adele, room, "Quarterly review", slot)
    since = play.says(Voice.OUTLOOK, f'Adele invites Matterhorn to "Quarterly review", {slot}')
    booking = await play.platform_shows(Wanted(room, slot), since)
    yield
    if booking is not None:
        wrong = slot.moved(180)
        await play.desk.move(room, booking.id, wrong)
        since = play.says(Voice.PLATFORM, f"the front desk moves Adele's meeting in Matterhorn to {wrong}")
        await asyncio.gather(
            play.platform_shows(Wanted(room, slot), since, "has its old time back", measured=False),
            play.decides(room, "not_ours_to_write"),
        )
    yield
    later = slot.moved(30)
    await play.outlook.move(adele, meeting, later)
    since = play.says(Voice.OUTLOOK, f"Adele moves her meeting in Matterhorn to {later}")
    booking = await play.platform_shows(Wanted(room, later), since, "follows")
    yield
    if booking is not None:
        await play.desk.cancel(room, booking.id)
        since = play.says(Voice.PLATFORM, "the front desk cancels Adele's meeting in Matterhorn")
        await asyncio.gather(
            play.outlook_frees(Wanted(room, later), since), play.room_declines(adele, meeting, room, since)
        )


async def eiger(play: Play) -> AsyncIterator[None]:
    """A platform booking loses against the calendar."""
    room, bruno = play.company.room("Eiger"), play.company.person("Bruno Keller")
    slot = play.slot(room, "10:00", 60)
    booking = await play.desk.book(bruno, room, "Interview", slot)
    since = play.says(Voice.PLATFORM, f'Bruno books Eiger for "Interview", {slot}')
    await play.outlook_shows(Wanted(room, slot), since)
    yield
    repair = play.slot(room, "10:30", 60)
    await play.outlook.enter(room, "Window repair", repair)
    since = play.says(
        Voice.OUTLOOK,
        f"Facilities types \"Window repair\", {repair}, straight into Eiger's calendar, over Bruno's time",
    )
    await asyncio.gather(
        play.decides(room, "lost_to_other"),
        play.platform_cancels(room, booking, since, "Bruno's Interview", measured=False),
        play.platform_shows(Wanted(room, repair), since, measured=False),
    )


async def hudson(play: Play) -> AsyncIterator[None]:
    """A private meeting; then two people take the room at the same moment."""
    room, grace = play.company.room("Hudson"), play.company.person("Grace Liu")
    slot = play.slot(room, "09:00", 30)
    await play.outlook.invite(grace, room, "Salary review", slot, private=True)
    since = play.says(Voice.OUTLOOK, f'Grace invites Hudson to a private "Salary review", {slot}')
    await play.platform_shows(Wanted(room, slot), since)
    await play.keeps_secret(room, "Salary review")
    yield
    frank, erin = play.company.person("Frank Ortiz"), play.company.person("Erin Walsh")
    slot = play.slot(room, "14:00", 60)
    meeting, _ = await asyncio.gather(
        play.outlook.invite(frank, room, "Budget", slot), play.desk.book(erin, room, "Client call", slot)
    )
    since = play.says(Voice.BOTH, f"at the same moment Frank invites Hudson and Erin books it on the platform, {slot}")
    await asyncio.gather(
        play.decides(room, "lost_to_other"),
        play.room_declines(frank, meeting, room, since),
        play.outlook_shows(Wanted(room, slot, "Client call"), since, "shows Erin's", measured=False),
    )


async def rhine(play: Play) -> AsyncIterator[None]:
    """A room whose requests a delegate answers."""
    room, hana = play.company.room("Rhine Boardroom"), play.company.person("Hana Novak")
    slot = play.slot(room, "14:00", 120)
    meeting = await play.outlook.invite(hana, room, "Board meeting", slot)
    since = play.says(
        Voice.OUTLOOK, f'Hana requests Rhine Boardroom for "Board meeting", {slot}; a delegate has to agree'
    )
    asked = Wanted(room, slot, stand=Stand.WAITS)
    await play.platform_shows(asked, since, "shows it as requested", measured=False)
    await play.decides(room, "awaits_room")
    yield
    await play.exchange.approve(room, await play.outlook.uid_of(hana, meeting))
    since = play.says(Voice.OUTLOOK, "Rhine Boardroom's delegate accepts Hana's request")
    booking = await play.platform_shows(Wanted(room, slot), since, "shows it as confirmed")
    yield
    if booking is not None:
        await play.outlook.cancel(hana, meeting)
        since = play.says(Voice.OUTLOOK, f"Hana cancels the board meeting, {slot}")
        await play.platform_cancels(room, booking.id, since, "the meeting")


async def limmat(play: Play) -> AsyncIterator[None]:
    """A room that needs 15 minutes between two bookings."""
    room, dario = play.company.room("Limmat Project Room"), play.company.person("Dario Meier")
    slot = play.slot(room, "13:00", 60)
    booking = await play.desk.book(dario, room, "Workshop", slot)
    since = play.says(Voice.PLATFORM, f'Dario books Limmat Project Room for "Workshop", {slot}')
    await play.outlook_shows(Wanted(room, slot), since)
    yield
    adele, close = play.company.person("Adele Vance"), play.slot(room, "14:05", 55)
    meeting = await play.outlook.invite(adele, room, "Sales sync", close)
    since = play.says(
        Voice.OUTLOOK, f'Adele invites Limmat Project Room to "Sales sync", {close}, 5 minutes after the Workshop'
    )
    await asyncio.gather(play.decides(room, "lost_to_other"), play.room_declines(adele, meeting, room, since))
    yield
    later = slot.moved(90)
    await play.desk.move(room, booking, later)
    since = play.says(Voice.PLATFORM, f"Dario moves his Workshop to {later}")
    await play.outlook_shows(Wanted(room, later), since, "follows")


async def bryant(play: Play) -> AsyncIterator[None]:
    """A phone booth that Exchange gives away for an hour at most; then a whole day."""
    room, frank = play.company.room("Bryant Phone Booth"), play.company.person("Frank Ortiz")
    slot = play.slot(room, "11:00", 90)
    meeting = await play.outlook.invite(frank, room, "Long call", slot)
    since = play.says(Voice.OUTLOOK, f'Frank invites Bryant Phone Booth to "Long call", {slot}')
    await play.room_declines(frank, meeting, room, since)
    yield
    day, erin = play.whole_day(room), play.company.person("Erin Walsh")
    booking = await play.desk.book(erin, room, "Acoustics test", day)
    since = play.says(Voice.PLATFORM, 'Erin books Bryant Phone Booth for "Acoustics test", all day')
    await play.outlook_shows(Wanted(room, day), since)
    yield
    await play.desk.cancel(room, booking)
    since = play.says(Voice.PLATFORM, 'Erin cancels "Acoustics test"')
    await play.outlook_frees(Wanted(room, day), since)


async def equipment(play: Play) -> AsyncIterator[None]:
    """Three of a kind: as many bookings at the same time, from either side, and no fourth."""
    gear = next(room for room in play.company.rooms.values() if room.kind == "equipment")
    slot = play.slot(gear, "16:00", 60)
    bruno, chiara = play.company.person("Bruno Keller"), play.company.person("Chiara Rossi")
    for person in (bruno, chiara):
        await play.outlook.invite(person, gear, "Demo kit", slot)
    since = play.says(Voice.OUTLOOK, f"Bruno and Chiara each take one of three: {gear.name}, {slot}")
    await play.platform_shows(Wanted(gear, slot, count=2), since, "shows both")
    yield
    hana, erin = play.company.person("Hana Novak"), play.company.person("Erin Walsh")
    await play.desk.book(hana, gear, "Training", slot)
    since = play.says(Voice.PLATFORM, f"Hana books the third {gear.name}, {slot}")
    await play.outlook_shows(Wanted(gear, slot, count=3), since, "shows all three")
    yield
    try:
        await play.desk.book(erin, gear, "Pitch", slot)
    except Refused as refusal:
        play.says(Voice.PLATFORM, f"Erin asks for a fourth {gear.name}, {slot}")
        play.screen.seen(Voice.PLATFORM, f'refuses: "{refusal}"')
    else:
        play.misses(f"the refusal of a fourth {gear.name}")


async def unheard(play: Play) -> AsyncIterator[None]:
    """A change that nobody is told of is found by the next sweep. It is told last, because a sweep is the last run of
    every room.
    """
    room, chiara = play.company.room("Eiger"), play.company.person("Chiara Rossi")
    wanted = Wanted(room, play.slot(room, "15:00", 45))
    fault = await play.exchange.lose_notifications(room)
    await play.outlook.invite(chiara, room, "Design talk", wanted.slot)
    since = play.says(
        Voice.OUTLOOK, f'Chiara invites Eiger to "Design talk", {wanted.slot}, and its notifications are lost'
    )
    early = await until(lambda: _already(play, wanted), since, _UNHEARD_SECONDS)
    hits = await play.exchange.end_fault(fault)
    if early is None:
        play.screen.seen(Voice.PLATFORM, f"has nothing {_UNHEARD_SECONDS} s later ({hits} notifications were lost)")
        yield
        await play.lockstep.sweep()
        since = play.says(Voice.LOCKSTEP, "a sweep looks at every room (by itself it does so once an hour)")
    else:
        play.screen.seen(Voice.LOCKSTEP, "has looked at Eiger for another reason and found it already")
    await play.platform_shows(wanted, since, measured=False)


async def _already(play: Play, wanted: Wanted) -> bool | None:
    return wanted.among(await play.desk.shows(wanted.room, *wanted.days)) is not None or None


STORIES: tuple[Story, ...] = (matterhorn, eiger, hudson, rhine, limmat, bryant, equipment)
LAST: tuple[Story, ...] = (unheard,)


async def tell(play: Play, stories: Sequence[Story], pace: float) -> None:
    """Tell the stories in turns, a scene of each, until all are told; each scene takes at least `pace` seconds."""
    telling = [story(play) for story in stories]
    while telling:
        for story in tuple(telling):
            rest = asyncio.create_task(asyncio.sleep(pace))
            try:
                await anext(story)
            except StopAsyncIteration:
                telling.remove(story)
            await rest

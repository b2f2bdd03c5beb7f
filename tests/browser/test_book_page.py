"""The booking page as people use it: two presses to a room, what it does not take refused with something instead."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import PHONE, Opening
from tests.browser.seeing.accessibility import axe, fits
from tests.browser.seeing.complaints import Complaints
from tests.browser.seeing.pictures import Album
from tests.integration.loop.driving.company import ADELE, BRUNO, Vacancy
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import day
from tests.integration.loop.driving.waiting import eventually

PATIENCE = 30_000
"""Milliseconds within which a page shows what happened, on a machine that has other things to do."""
ZURICH = ZoneInfo("Europe/Zurich")
TAKEN = "409"
"""What the browser itself writes to the console about a refusal."""


def local(hour: int, minute: int = 0, offset: int = 0) -> datetime:
    """An instant of the tests' first day by the clock of the room."""
    return datetime.combine(day(offset), time(hour, minute), ZURICH).astimezone(UTC)


async def known_as(page: Page, name: str, address: str) -> None:
    """Let the page know already who books."""
    who = json.dumps(json.dumps({"address": address, "name": name}))
    await page.context.add_init_script(f"localStorage.setItem('lockstep.booker', {who})")


async def opened(page: Page, site: Site, query: str = "", view: str = "", who: str = BRUNO) -> None:
    """Open the page, signed in by the key, as somebody whom it knows."""
    await known_as(page, "Bruno Keller", who)
    where = site.stack.described
    await page.goto(f"{where['host']}/api/book{query}#key={where['function_key']}")
    await expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE)
    if view:
        await page.evaluate("view => { location.hash = view }", view)


async def at_the_door(page: Page, site: Site, room: Room, offset: int = 0) -> None:
    """Open the page as the code at a room's door does, and go to the tests' day."""
    await opened(page, site, f"?resource={room.id}")
    await page.get_by_label("Another day").fill(f"{day(offset)}")
    await page.get_by_label("Another day").dispatch_event("change")
    await expect(page.get_by_role("heading", level=2)).to_contain_text(str(day(offset).year), timeout=PATIENCE)


async def fill_in(page: Page, start: str, minutes: int, title: str, **more: str) -> None:
    """Fill in the dialog of a booking."""
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Day", exact=True).fill(f"{day()}")
    await dialog.get_by_label("From").fill(start)
    await dialog.get_by_label("How long").select_option(str(minutes))
    await dialog.get_by_label("Title (optional)").fill(title)
    for label, choice in more.items():
        await dialog.get_by_label(label.replace("_", " ")).select_option(label=choice)


def dialogs(page: Page, name: str) -> Locator:
    """A button of the dialog that is open."""
    return page.get_by_role("dialog").get_by_role("button", name=name, exact=True)


async def name_of(room: Room) -> str:
    return str((await room.resource())["name"])


def card(page: Page, title: str) -> Locator:
    """One of one's own bookings."""
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=title))


async def test_two_presses_on_a_phone_book_a_room_that_outlook_shows(site: Site, phone: Page, picture: Album) -> None:
    room = await site.room("Harlem")
    await site.room()
    where = site.stack.described
    await phone.goto(f"{where['host']}/api/book#key={where['function_key']}")
    await phone.get_by_label("Building").select_option("Harlem")
    name = await name_of(room)
    found = phone.get_by_role("button", name=f"Book {name}", exact=True)
    await expect(found).to_be_visible(timeout=PATIENCE)
    # Nothing of the other building is offered.
    await expect(phone.get_by_role("button", name=re.compile("Book Zurich"))).to_have_count(0, timeout=PATIENCE)
    await axe(phone)
    await fits(phone)
    await picture(phone, "booking-search")
    await found.click()
    # Whoever looks needs no name; whoever books does, once.
    await phone.get_by_label("Name").fill("Bruno Keller")
    await phone.get_by_label("E-mail address").fill(BRUNO)
    await axe(phone)
    await fits(phone)
    await dialogs(phone, "Book").click()
    mine = card(phone, "Booking").filter(has_text=name)
    await expect(mine).to_contain_text("In the calendar", timeout=PATIENCE)
    now = datetime.now(UTC)
    assert len(await site.outlook.calendar(room.mailbox, now - timedelta(hours=1), now + timedelta(hours=3))) == 1
    # The room stands in another zone: its own time is shown, and the zone named.
    await expect(mine).to_contain_text("Eastern Time")
    await expect(phone.get_by_role("button", name="Booking as Bruno Keller")).to_be_visible()
    await phone.goto(f"{where['host']}/api/book?resource={room.id}")
    await phone.get_by_role("button", name="Book", exact=True).click()
    await expect(phone.get_by_role("dialog").get_by_label("Name")).to_have_count(0)


async def test_a_booking_is_made_on_a_rooms_day_moved_and_cancelled(site: Site, page: Page) -> None:
    room = await site.room()
    await at_the_door(page, site, room)
    await page.get_by_role("button", name=re.compile("Free for")).first.click()
    await fill_in(page, "09:00", 60, "Workshop")
    await dialogs(page, "Book").click()
    await room.agrees_on(shown(local(9), local(10), "Workshop"))
    mine = card(page, "Workshop")
    await expect(mine).to_contain_text("In the calendar", timeout=PATIENCE)
    await mine.get_by_role("button", name=re.compile("Change")).click()
    await page.get_by_role("dialog").get_by_label("From").fill("14:00")
    await dialogs(page, "Save").click()
    await room.agrees_on(shown(local(14), local(15), "Workshop"))
    await expect(mine).to_contain_text("14:00", timeout=PATIENCE)
    await mine.get_by_role("button", name=re.compile("Cancel")).click()
    await dialogs(page, "Cancel booking").click()
    await room.agrees_on()
    await expect(mine).to_have_count(0, timeout=PATIENCE)


async def test_a_taken_time_is_refused_and_what_is_offered_instead_is_taken(
    site: Site, page: Page, complaints: Complaints, picture: Album
) -> None:
    complaints.forgive(TAKEN)
    room = await site.room()
    await site.room()
    await site.desk.book(room.platform, booked(local(9), local(10)), "Secret talks", organiser=ADELE, private=True)
    await at_the_door(page, site, room)
    await expect(page.get_by_role("listitem").filter(has_text="Private")).to_be_visible(timeout=PATIENCE)
    await page.get_by_role("button", name=re.compile("Free for")).first.click()
    await fill_in(page, "09:30", 30, "Workshop")
    await dialogs(page, "Book").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("alert")).to_contain_text("is taken", timeout=PATIENCE)
    await expect(dialog).to_contain_text("Free instead")
    assert "Secret" not in await page.content()
    await axe(page)
    await picture(page, "booking-refused")
    await dialog.get_by_role("button", name=re.compile(f"Take it: {await name_of(room)},.*10:00")).click()
    await expect(card(page, "Workshop")).to_contain_text("In the calendar", timeout=PATIENCE)
    assert shown(local(10), local(10, 30), "Workshop") in (await room.sides()).calendar


async def test_a_series_is_booked_and_ended_from_one_of_its_dates_on(site: Site, page: Page) -> None:
    room = await site.room()
    await at_the_door(page, site, room)
    await page.get_by_role("button", name=re.compile("Free for")).first.click()
    await fill_in(page, "11:00", 30, "Standup", Repeat="Every day")
    await page.get_by_role("dialog").get_by_label("How often").fill("3")
    await dialogs(page, "Book").click()
    whole = [shown(local(11, 0, n), local(11, 30, n), "Standup") for n in range(3)]
    await room.agrees_on(*whole)
    cards = card(page, "Standup")
    await expect(cards).to_have_count(3, timeout=PATIENCE)
    await expect(cards.first).to_contain_text("Every day")
    await cards.nth(1).get_by_role("button", name=re.compile("Cancel")).click()
    await page.get_by_role("dialog").get_by_label("This date and those after it").check()
    await dialogs(page, "Cancel booking").click()
    await room.agrees_on(*whole[:1])
    await expect(cards).to_have_count(1, timeout=PATIENCE)


async def test_whose_bookings_are_shown_is_asked_where_they_are_looked_for(site: Site, page: Page) -> None:
    room = await site.room()
    await site.desk.book(room.platform, booked(local(16), local(17)), "Whose is it", organiser=BRUNO)
    where = site.stack.described
    await page.goto(f"{where['host']}/api/book#key={where['function_key']}")
    await page.get_by_role("link", name="My bookings").click()
    await expect(page.get_by_text("Say who you are, and your bookings are shown here.")).to_be_visible()
    await axe(page)
    await page.get_by_role("main").get_by_role("button", name="Say who you are").click()
    await page.get_by_label("Name").fill("Bruno Keller")
    await page.get_by_label("E-mail address").fill(BRUNO)
    await page.get_by_role("button", name="Continue").click()
    await expect(card(page, "Whose is it")).to_contain_text("In the calendar", timeout=PATIENCE)
    await page.reload()
    await expect(card(page, "Whose is it")).to_be_visible(timeout=PATIENCE)


async def test_the_keyboard_alone_books_a_room(site: Site, page: Page) -> None:
    room = await site.room()
    await at_the_door(page, site, room)
    await page.get_by_role("button", name=re.compile("Free for")).first.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Title (optional)").focus()
    await page.keyboard.type("By hand")
    await page.keyboard.press("Enter")
    await expect(card(page, "By hand")).to_contain_text("In the calendar", timeout=PATIENCE)
    assert [each.title for each in (await room.sides()).calendar] == ["By hand"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_view_can_be_read_by_everybody_on_a_phone(
    site: Site, open_page: Opening, scheme: str, picture: Album
) -> None:
    page = await open_page(**PHONE, color_scheme=scheme)
    room = await site.room(buffer_minutes=15)
    await site.desk.book(room.platform, booked(local(9), local(10)), "Planning of the year", organiser=BRUNO)
    block = {"start": f"{local(12):%Y-%m-%dT%H:%M:%SZ}", "end": f"{local(13):%Y-%m-%dT%H:%M:%SZ}", "reason": "Cleaning"}
    await site.host.ask("POST", f"/api/platform/resources/{room.platform}/blocks", block)
    await at_the_door(page, site, room)
    await expect(page.get_by_role("listitem").filter(has_text="Cleaning")).to_be_visible(timeout=PATIENCE)
    await axe(page)
    await fits(page)
    if scheme == "light":
        await picture(page, "booking-room")
    await page.get_by_role("button", name=re.compile("Free for")).first.click()
    await page.get_by_role("dialog").get_by_label("Repeat").select_option(label="Every week")
    await axe(page)
    await fits(page)
    await page.keyboard.press("Escape")
    await page.get_by_role("link", name="My bookings").click()
    await expect(card(page, "Planning of the year").first).to_contain_text("In the calendar", timeout=PATIENCE)
    await axe(page)
    await fits(page)


@pytest.mark.parametrize(
    ("locale", "heading", "refusal", "standing"),
    [
        ("de-CH", "Freien Raum finden", "belegt", "Im Kalender"),
        ("fr-CH", "Trouver une salle libre", "prise", "Dans le calendrier"),
    ],
)
async def test_it_speaks_the_readers_language_refusals_included(
    site: Site, open_page: Opening, complaints: Complaints, locale: str, heading: str, refusal: str, standing: str
) -> None:
    complaints.forgive(TAKEN)
    page = await open_page(locale=locale)
    room = await site.room()
    title = f"Besprechung {locale}"
    await site.desk.book(room.platform, booked(local(9), local(10)), title, organiser=BRUNO)
    await opened(page, site)
    await expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    assert await page.evaluate("document.documentElement.lang") == locale[:2]
    await axe(page)
    await page.evaluate("view => { location.hash = view }", "#/mine")
    await expect(card(page, title)).to_contain_text(standing, timeout=PATIENCE)
    answer: dict[str, Any] = await page.evaluate(
        """async ([room, start, end, key]) => (await fetch(`/api/book/rooms/${room}/bookings`, {method: "POST",
            headers: {"Content-Type": "application/json", "x-functions-key": key, "Accept-Language":
            document.documentElement.lang, "x-lockstep-booker": "b@contoso.example"},
            body: JSON.stringify({start, end})})).json()""",
        [room.id, f"{local(9):%Y-%m-%dT%H:%M:%SZ}", f"{local(10):%Y-%m-%dT%H:%M:%SZ}",
         site.stack.described["function_key"]],
    )  # fmt: skip
    assert refusal in answer["error"]["message"]


async def test_what_was_made_in_outlook_is_told_and_left_to_outlook(site: Site, page: Page) -> None:
    room = await site.room()
    await site.outlook.invite(
        BRUNO, room.address, {"start": _utc(local(15)), "end": _utc(local(16))}, "Meeting of Outlook"
    )
    await eventually(room.platform_side, bool, "the platform has it")
    await opened(page, site, view="#/mine")
    mine = page.get_by_role("listitem").filter(has_text=await name_of(room))
    await expect(mine.filter(has_text="Made in Outlook")).to_be_visible(timeout=PATIENCE)
    await expect(mine.get_by_role("button", name=re.compile("Change"))).to_have_count(0)


def _utc(moment: datetime) -> dict[str, str]:
    return {"dateTime": f"{moment:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"}


async def test_what_happened_opens_the_story_in_the_same_look(site: Site, page: Page) -> None:
    room = await site.room()
    await site.desk.book(room.platform, booked(local(9), local(10)), "Chronicle", organiser=BRUNO)
    await opened(page, site, view="#/mine")
    mine = card(page, "Chronicle")
    await expect(mine).to_contain_text("In the calendar", timeout=PATIENCE)
    link = await mine.get_by_role("link", name=re.compile("What happened")).get_attribute("href")
    await page.goto(f"{site.stack.described['host']}{link}")
    await expect(page.get_by_role("heading", level=1)).to_have_text(f"A booking of {await name_of(room)}")
    assert await page.evaluate("document.styleSheets.length") == 1
    await axe(page)


async def test_where_the_app_is_away_it_says_so_and_tries_again(site: Site, page: Page, complaints: Complaints) -> None:
    complaints.forgive("ERR_FAILED", "ERR_CONNECTION", "net::")
    room = await site.room()
    await opened(page, site)
    await expect(page.get_by_role("button", name=f"Book {await name_of(room)}", exact=True)).to_be_visible(
        timeout=PATIENCE
    )
    await page.route("**/api/book/free**", lambda route: route.abort())
    await page.get_by_label("People").fill("3")
    await expect(page.get_by_role("alert")).to_contain_text("cannot be reached", timeout=PATIENCE)
    await axe(page)
    await page.unroute("**/api/book/free**")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("button", name=f"Book {await name_of(room)}", exact=True)).to_be_visible(
        timeout=PATIENCE
    )


async def test_kinds_are_asked_for_by_their_words(site: Site, page: Page) -> None:
    await site.room()
    boxes = (await site.graph.ask("GET", "/sim/mailboxes"))["value"]
    cart = next(box for box in boxes if box["kind"] == "equipment")
    await site.link(Vacancy(cart["id"], cart["userPrincipalName"]))
    await opened(page, site)
    kind = page.get_by_label("Kind")
    await expect(kind.get_by_role("option")).to_have_text(["Any", "Equipment", "Room"], timeout=PATIENCE)
    await kind.select_option(label="Equipment")
    await expect(page.get_by_role("button", name=f"Book {cart['displayName']}", exact=True)).to_be_visible(
        timeout=PATIENCE
    )
    await expect(page.get_by_role("button", name=re.compile("Book Zurich"))).to_have_count(0, timeout=PATIENCE)

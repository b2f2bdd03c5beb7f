"""Long lists come in pages: each names what to ask for next, and all pages together are the whole list."""

from __future__ import annotations

import pytest

from tests.doubles.world import at
from tests.unit.functions.calling.office import Office

TIMES = [(f"{hour:02}:00", f"{hour:02}:30") for hour in range(8, 15)]


async def pages(office: Office, target: str, name: str, limit: int) -> list[list[str]]:
    found: list[list[str]] = []
    after = ""
    while True:
        told = await office.ask("GET", f"{target}?limit={limit}{after}")
        found.append([each["id"] for each in told[name]])
        if told["next"] is None:
            return found
        after = f"&after={told['next']}"


async def test_mappings_come_in_pages(office: Office) -> None:
    room = await office.room()
    for times in TIMES:
        office.world.invite(at(*times))
    await office.world.notify()
    whole = (await office.ask("GET", f"/api/resources/{room}/mappings"))["mappings"]
    found = await pages(office, f"/api/resources/{room}/mappings", "mappings", 3)
    assert [len(page) for page in found] == [3, 3, 1]
    assert [each for page in found for each in page] == [each["id"] for each in whole]


async def test_a_last_page_that_is_full_says_that_it_is_the_last(office: Office) -> None:
    room = await office.room()
    for times in TIMES[:4]:
        office.world.invite(at(*times))
    await office.world.notify()
    found = await pages(office, f"/api/resources/{room}/mappings", "mappings", 2)
    assert [len(page) for page in found] == [2, 2]


async def test_open_steps_come_in_pages(office: Office) -> None:
    room = await office.room(writes_held_above=0)
    for times in TIMES:
        office.world.invite(at(*times))
    await office.ask("POST", f"/api/resources/{room}/commands", {"verb": "rebase"})
    await office.world.settle()
    whole = (await office.ask("GET", f"/api/resources/{room}/open-steps"))["open_steps"]
    assert len(whole) == len(TIMES)
    found = await pages(office, f"/api/resources/{room}/open-steps", "open_steps", 4)
    assert [len(page) for page in found] == [4, 3]
    assert [each for page in found for each in page] == [each["id"] for each in whole]


async def test_resources_come_in_pages(office: Office) -> None:
    room = await office.room()
    assert await pages(office, "/api/resources", "resources", 1) == [[room]]
    assert (await office.ask("GET", f"/api/resources?after={room}"))["resources"] == []


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "after=%0a"])
async def test_a_page_that_makes_no_sense_is_refused(office: Office, query: str) -> None:
    answer = await office.send("GET", f"/api/resources?{query}")
    assert answer.status == 400

"""Every sentence of an answer is in the language that the caller accepts; codes and what others said stay."""

from __future__ import annotations

from typing import Any

import pytest

from shared.ports.errors import Rejected
from tests.doubles.world import ROOM, at
from tests.unit.functions.calling.office import Office

GERMAN, FRENCH = {"Accept-Language": "de-CH,de;q=0.9"}, {"Accept-Language": "fr"}


async def german(office: Office, method: str, path: str, body: Any = None) -> Any:
    answer = await office.send(method, path, body, headers=GERMAN)
    assert answer.status < 300, answer.body
    return answer.body


async def test_why_a_resource_is_as_it_is_stands_in_the_callers_language_in_every_list(office: Office) -> None:
    room = await office.room()
    await office.ask("POST", f"/api/resources/{room}/commands", {"verb": "pause"})
    await office.world.settle()
    for path in ("/api/overview", "/api/resources"):
        (listed,) = (await german(office, "GET", path))["resources"]
        assert listed["state"] == "paused"
        assert listed["why"].startswith("von einer Person pausiert; es wird nichts geschrieben")
    assert (await german(office, "GET", f"/api/resources/{room}"))["why"].startswith("von einer Person pausiert")
    assert (await office.ask("GET", f"/api/resources/{room}"))["why"].startswith("paused by a person")


async def test_why_a_step_waits_stands_in_the_callers_language(office: Office) -> None:
    room = await office.room(cancellations_held_above=0)
    meeting = office.world.invite(at("09:00", "10:00"))
    await office.world.notify()
    office.world.calendar.outlook.cancel(ROOM, meeting)
    await office.world.notify()
    (step,) = (await german(office, "GET", f"/api/resources/{room}/open-steps"))["open_steps"]
    why = "1 Buchung würde auf einmal abgesagt; die Einstellungen erlauben 0"
    assert (step["cause"], step["reason"]) == ("held", why)
    assert why in (await german(office, "GET", f"/api/resources/{room}"))["why"]


async def test_a_finding_keeps_its_code_and_is_told_in_the_callers_language(office: Office) -> None:
    room = await office.room()
    denied = Rejected("Graph did not read the calendar: status 403 (ErrorAccessDenied)", "ErrorAccessDenied")
    office.world.faults.fail("calendar.view", denied)
    found = (await german(office, "POST", f"/api/resources/{room}/doctor", {}))["findings"]
    read = next(each for each in found if each["check"] == "read")
    assert (read["name"], read["verdict"]) == ("Lesen", "bad")
    assert read["seen"].startswith("Graph did not read the calendar: status 403")
    assert read["effect"] == "Änderungen in Outlook erreichen die Plattform nicht, und es wird nichts geschrieben"
    assert read["mend"].startswith("Test-ServicePrincipalAuthorization")


@pytest.mark.parametrize(
    ("headers", "told"),
    [(GERMAN, "Eine Ressource {name} gibt es schon"), (FRENCH, "Il y a déjà une ressource {name}"),
     ({}, "there is a resource {name} already")],
    ids=["German", "French", "nothing accepted"],
)  # fmt: skip
async def test_a_refusal_of_the_platform_is_told_in_the_callers_language(
    office: Office, headers: dict[str, str], told: str
) -> None:
    asked = {"id": "attic", "name": "Attic"}
    await office.ask("POST", "/api/platform/resources", asked)
    refused = await office.send("POST", "/api/platform/resources", asked, headers=headers)
    assert (refused.status, refused.code) == (409, "exists")
    assert refused.body["error"]["message"].casefold() == told.format(name="attic").casefold()


async def test_who_is_not_let_in_is_told_so_in_their_language(office: Office) -> None:
    room = await office.room()
    refused = await office.send("GET", f"/api/panel/{room}/door", headers=FRENCH)
    assert refused.status == 401
    assert refused.body["error"]["message"].startswith("le jeton de cet écran")

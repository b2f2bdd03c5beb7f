"""The page of one booking: opened by its link alone, in words, and by nothing but that link."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.client_state import client_state
from shared.domain.ids import MappingId, ResourceId
from shared.domain.people import Member, UserId
from shared.domain.story_link import Story, read_token, signed, story_token
from tests.doubles.world import at
from tests.unit.functions.calling.office import Office

MORNING = at("09:00", "10:00")


async def link(office: Office) -> str:
    """Let a booking of the platform lose, and return the link of the mail about it."""
    await office.room()
    world = office.world
    world.invite(MORNING, title="Severance")
    world.clock.advance(timedelta(seconds=5))
    order = {"start": "2026-11-23T09:30:00Z", "end": "2026-11-23T10:30:00Z", "organiser": "ben@contoso.example"}
    await office.ask("POST", "/api/platform/resources/matterhorn/bookings", {**order, "title": "Surgery <b>"})
    await world.notify()
    (mail,) = world.mail.sent
    (found,) = [line for line in mail.text.splitlines() if line.startswith("https://lockstep.example")]
    return found.removeprefix("https://lockstep.example")


async def test_the_link_of_a_mail_tells_what_happened_in_order(office: Office) -> None:
    told = await office.ask("GET", await link(office))
    assert (told["resource"], told["zone"]) == ("Matterhorn", "Europe/Zurich")
    sentences = [each["sentence"] for each in told["decisions"]]
    assert any("The room is taken on 23 November from 10:00 to 11:00" in each for each in sentences)
    assert sentences[-1] == "Its owner was told by mail."
    assert "Severance" not in str(told)


async def test_a_browser_gets_a_page_that_runs_nothing_and_tells_nobody_where_it_came_from(office: Office) -> None:
    answer = await office.send("GET", await link(office), headers={"Accept": "text/html,*/*"})
    assert "<h1>A booking of Matterhorn</h1>" in answer.body
    assert "<script" not in answer.body
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "Surgery" not in answer.body


@pytest.mark.parametrize(
    ("query", "accepted", "language", "heading", "told"),
    [
        ("?lang=de", "fr", "de", "Eine Buchung von Matterhorn", "Der Raum ist am 23.11.2026 von 10:00 bis 11:00 Uhr"),
        ("", "fr-CH,fr;q=0.9", "fr", "Une réservation de Matterhorn", "La salle est prise le 23/11/2026 de 10:00"),
        ("", "it", "en", "A booking of Matterhorn", "The room is taken on 23 November from 10:00 to 11:00"),
        ("?lang=xx", "de", "en", "A booking of Matterhorn", "The room is taken on 23 November from 10:00 to 11:00"),
    ],
)
async def test_it_is_told_in_the_language_of_the_link_or_of_the_browser(
    office: Office, query: str, accepted: str, language: str, heading: str, told: str
) -> None:
    asked = f"{await link(office)}{query}"
    page = await office.send("GET", asked, headers={"Accept": "text/html", "Accept-Language": accepted})
    assert f'<html lang="{language}">' in page.body
    assert f"<h1>{heading}</h1>" in page.body
    assert told in page.body
    shown = await office.send("GET", asked, headers={"Accept-Language": accepted})
    assert shown.body["language"] == language
    assert any(told in each["sentence"] for each in shown.body["decisions"])


@pytest.mark.parametrize(("tag", "lang"), [("de-CH", "?lang=de"), ("fr", "?lang=fr"), ("it", ""), ("en-GB", "")])
async def test_the_link_of_a_mail_is_in_the_language_of_the_mail(office: Office, tag: str, lang: str) -> None:
    office.world.people.add(Member(UserId("ben"), "ben@contoso.example", "Ben", tag))
    found = await link(office)
    assert found.endswith(lang) if lang else "?" not in found
    page = await office.send("GET", found, headers={"Accept": "text/html"})
    assert f'<html lang="{lang[-2:] or "en"}">' in page.body


async def test_a_link_that_was_changed_or_has_expired_opens_nothing(office: Office) -> None:
    good = await link(office)
    token = good.rpartition("/")[2]
    key_id, payload, mac = token.split(".")
    swapped = ("A" if payload[5] != "A" else "B") + payload[6:]
    for bad in (f"{key_id}.{payload[:5]}{swapped}.{mac}", f"{key_id}.{payload}.", "x", f"k9.{payload}.{mac}", "%20.."):
        assert (await office.send("GET", f"/api/story/{bad}")).status == 404, bad
    office.world.clock.advance(timedelta(days=31))
    assert (await office.send("GET", good)).status == 404


async def test_a_link_survives_a_new_key_of_the_ring(office: Office) -> None:
    good = await link(office)
    office.world.secrets.roll("k2")
    assert (await office.send("GET", good)).status == 200


async def test_no_other_token_of_the_same_ring_opens_a_story(office: Office) -> None:
    await link(office)
    keys = await office.world.secrets.client_state_keys()
    key_id, key = next(iter(keys.items()))
    now = office.world.clock.now()
    assert read_token(client_state(key_id, key, office.world.resource_id), keys, now) is None


@pytest.mark.parametrize("payload", ["W10", "bm9uc2Vuc2U", "WzEsMiwzXQ", "WyJhIiwiYiIsImMiXQ", "\ud800"])
def test_a_signed_payload_that_makes_no_sense_opens_nothing(payload: str) -> None:
    key, now = b"k" * 32, datetime(2026, 11, 20, tzinfo=UTC)
    assert read_token(signed("k1", key, payload), {"k1": key}, now) is None


def test_a_token_is_short_enough_for_a_line_of_a_mail() -> None:
    resource = ResourceId("11111111-2222-3333-4444-555555555555.01KAJ3Z8N5Q7R9T1V3X5Y7Z9A1")
    story = Story(resource, MappingId("01KAJ42T7BWQF8V0Y6M3D5H1KN"), datetime(2026, 12, 20, tzinfo=UTC))
    token = story_token("k1", b"k" * 32, story)
    assert read_token(token, {"k1": b"k" * 32}, datetime(2026, 12, 19, tzinfo=UTC)) == story
    assert len(token) < 250

"""The room's booking attendant with Exchange's defaults, and what people see of it (facts 3.4, 3.5)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.integration.graph.calendars import (
    ADELE,
    BOARDROOM,
    BRUNO,
    EIGER,
    LIMMAT,
    MATTERHORN,
    answer_of,
    answered,
    at,
    change,
    create,
    day,
    event_path,
    listed,
    meeting,
    read,
    settled,
    view,
    weekday,
    weekly,
)
from tests.integration.graph.simulator import Client, running


@pytest.fixture
async def graph() -> AsyncIterator[Client]:
    async with running() as client:
        yield client


def mails(graph: Client) -> list[tuple[str, str]]:
    return [(mail.kind, mail.to[0]) for mail in graph.store.outbox]


async def test_a_free_room_accepts_and_keeps_the_meeting_rewritten(graph: Client) -> None:
    body = meeting(day(5), "09:00", "10:00", MATTERHORN, sensitivity="private", showAs="oof")
    made = await create(graph, ADELE, body | {"body": {"contentType": "text", "content": "secret"}})
    assert made["attendees"][0]["status"]["response"] == "none"
    await answered(graph, ADELE, made["id"], MATTERHORN, "accepted")
    (copy,) = await view(graph, MATTERHORN)
    assert copy["subject"] == "Adele Vance"
    assert (copy["body"]["content"], copy["sensitivity"], copy["showAs"]) == ("", "normal", "oof")
    assert (copy["isOrganizer"], copy["responseStatus"]["response"]) == (False, "accepted")
    assert copy["organizer"]["emailAddress"]["address"] == ADELE
    assert copy["iCalUId"] == made["iCalUId"]
    assert copy["id"] != made["id"]
    assert mails(graph) == [("request", MATTERHORN), ("accepted", ADELE)]


async def test_a_taken_room_declines_and_keeps_nothing(graph: Client) -> None:
    await create(graph, MATTERHORN, meeting(day(5), "09:30", "11:00", subject="Direct"))
    made = await create(graph, ADELE, meeting(day(5), "09:00", "10:00", MATTERHORN))
    await answered(graph, ADELE, made["id"], MATTERHORN, "declined")
    assert [item["subject"] for item in await view(graph, MATTERHORN)] == ["Direct"]
    assert "conflicts" in graph.store.outbox[-1].body


@pytest.mark.parametrize("shown", ["free", "workingElsewhere"])
async def test_what_is_shown_free_takes_no_room(graph: Client, shown: str) -> None:
    await create(graph, MATTERHORN, meeting(day(5), "09:00", "10:00", showAs=shown))
    made = await create(graph, ADELE, meeting(day(5), "09:00", "10:00", MATTERHORN))
    await answered(graph, ADELE, made["id"], MATTERHORN, "accepted")


async def test_neighbouring_meetings_do_not_clash(graph: Client) -> None:
    await create(graph, MATTERHORN, meeting(day(5), "09:00", "10:00"))
    made = await create(graph, ADELE, meeting(day(5), "10:00", "11:00", MATTERHORN))
    await answered(graph, ADELE, made["id"], MATTERHORN, "accepted")


async def test_a_move_reaches_the_room_and_asks_it_again(graph: Client) -> None:
    made = await create(graph, ADELE, meeting(day(5), "09:00", "10:00", MATTERHORN))
    await answered(graph, ADELE, made["id"], MATTERHORN, "accepted")
    moved = await change(
        graph, ADELE, made["id"], {"start": at(day(6), "13:00", "UTC"), "end": at(day(6), "14:00", "UTC")}
    )
    assert moved.body["attendees"][0]["status"]["response"] == "none"
    await answered(graph, ADELE, made["id"], MATTERHORN, "accepted")
    (copy,) = await view(graph, MATTERHORN)
    assert copy["start"]["dateTime"].startswith(f"{day(6)}T13:00")
    assert mails(graph).count(("update", MATTERHORN)) == 1


async def test_a_move_onto_another_meeting_loses_the_room(graph: Client) -> None:
    await create(graph, MATTERHORN, meeting(day(6), "09:00", "10:00", subject="Other"))
    made = await create(graph, ADELE, meeting(day(5), "09:00", "10:00", MATTERHORN))
    await answered(graph, ADELE, made["id"], MATTERHORN, "accepted")
    await change(graph, ADELE, made["id"], {"start": at(day(6), "09:00"), "end": at(day(6), "10:00")})
    await answered(graph, ADELE, made["id"], MATTERHORN, "declined")
    assert [item["subject"] for item in await view(graph, MATTERHORN)] == ["Other"]


async def test_a_new_title_changes_the_copy_silently_and_not_its_subject(graph: Client) -> None:
    made = await create(graph, ADELE, meeting(day(5), "09:00", "10:00", MATTERHORN))
    await answered(graph, ADELE, made["id"], MATTERHORN, "accepted")
    (before,) = await view(graph, MATTERHORN)
    await change(graph, ADELE, made["id"], {"subject": "Budget", "body": {"contentType": "text", "content": "x"}})
    (after,) = await listed(graph, MATTERHORN, lambda found: found[0]["changeKey"] != before["changeKey"])
    assert (after["subject"], after["body"]["content"]) == ("Adele Vance", "")
    assert after["responseStatus"] == before["responseStatus"]
    assert await answer_of(graph, ADELE, made["id"], MATTERHORN) == "accepted"


@pytest.mark.parametrize("how", ["cancel", "delete", "remove the room"])
async def test_a_cancelled_meeting_stays_marked_and_free(graph: Client, how: str) -> None:
    made = await create(graph, ADELE, meeting(day(5), "09:00", "10:00", MATTERHORN))
    await answered(graph, ADELE, made["id"], MATTERHORN, "accepted")
    await _end(graph, made["id"], how)
    (copy,) = await listed(graph, MATTERHORN, lambda found: found[0]["isCancelled"])
    assert (copy["subject"], copy["showAs"]) == ("Canceled: Adele Vance", "free")
    assert ("cancellation", MATTERHORN) in mails(graph)
    again = await create(graph, ADELE, meeting(day(5), "09:00", "10:00", MATTERHORN))
    await answered(graph, ADELE, again["id"], MATTERHORN, "accepted")


@pytest.mark.parametrize("how", ["cancel", "delete", "remove the room"])
async def test_a_room_that_removes_cancelled_meetings_keeps_none(graph: Client, how: str) -> None:
    made = await create(graph, ADELE, meeting(day(5), "09:00", "10:00", LIMMAT))
    await answered(graph, ADELE, made["id"], LIMMAT, "accepted")
    await _end(graph, made["id"], how)
    assert await listed(graph, LIMMAT, lambda found: not found) == []


async def _end(graph: Client, event: str, how: str) -> None:
    if how == "cancel":
        answer = await graph.post(event_path(ADELE, event, "/cancel"), {"Comment": "No time"})
    elif how == "delete":
        answer = await graph.ask("DELETE", event_path(ADELE, event))
    else:
        answer = await change(graph, ADELE, event, {"attendees": []})
    assert answer.status in (200, 202, 204)


async def test_only_the_organizer_cancels(graph: Client) -> None:
    made = await create(graph, ADELE, meeting(day(5), "09:00", "10:00", MATTERHORN))
    await answered(graph, ADELE, made["id"], MATTERHORN, "accepted")
    (copy,) = await view(graph, MATTERHORN)
    answer = await graph.post(event_path(MATTERHORN, copy["id"], "/cancel"), {})
    assert answer.status == 400
    assert "need to be an organizer" in answer.body["error"]["message"]


async def test_the_room_declines_through_graph_and_the_organizer_sees_it(graph: Client) -> None:
    made = await create(graph, ADELE, meeting(day(5), "09:00", "10:00", MATTERHORN))
    await answered(graph, ADELE, made["id"], MATTERHORN, "accepted")
    (copy,) = await view(graph, MATTERHORN)
    body = {"Comment": "Taken on the platform", "SendResponse": True}
    answer = await graph.post(event_path(MATTERHORN, copy["id"], "/decline"), body)
    assert (answer.status, answer.body) == (202, {})
    assert await answer_of(graph, ADELE, made["id"], MATTERHORN) == "declined"
    assert await view(graph, MATTERHORN) == []
    last = graph.store.outbox[-1]
    assert (last.kind, last.sender, last.to, last.body) == (
        "declined", MATTERHORN, (ADELE,), "Taken on the platform",
    )  # fmt: skip


async def test_an_answer_without_a_response_changes_nothing_at_the_organizer(graph: Client) -> None:
    made = await create(graph, ADELE, meeting(day(5), "09:00", "10:00", BRUNO))
    (copy,) = await listed(graph, BRUNO, lambda found: len(found) == 1)
    assert (copy["responseStatus"]["response"], copy["showAs"]) == ("notResponded", "tentative")
    before = await read(graph, ADELE, made["id"])
    await graph.post(event_path(BRUNO, copy["id"], "/accept"), {"sendResponse": False})
    assert await read(graph, ADELE, made["id"]) == before
    (copy,) = await view(graph, BRUNO)
    assert (copy["responseStatus"]["response"], copy["showAs"]) == ("accepted", "busy")


async def test_a_room_run_by_delegates_waits_tentatively_for_them(graph: Client) -> None:
    made = await create(graph, ADELE, meeting(day(5), "09:00", "10:00", BOARDROOM))
    (copy,) = await listed(graph, BOARDROOM, lambda found: len(found) == 1)
    assert (copy["subject"], copy["showAs"]) == ("Planning", "tentative")
    assert await answer_of(graph, ADELE, made["id"], BOARDROOM) == "none"
    body = {"iCalUId": made["iCalUId"], "answer": "accepted"}
    assert (await graph.post(f"/sim/mailboxes/{BOARDROOM}/answer", body)).status == 202
    assert await answer_of(graph, ADELE, made["id"], BOARDROOM) == "accepted"
    assert (await view(graph, BOARDROOM))[0]["showAs"] == "busy"


async def test_the_room_copy_appears_only_after_its_delay(graph: Client) -> None:
    await graph.ask("PATCH", f"/sim/mailboxes/{EIGER}", {"processing": {"roomCopyDelayMs": 150}})
    made = await create(graph, ADELE, meeting(day(5), "09:00", "10:00", EIGER, MATTERHORN))
    await answered(graph, ADELE, made["id"], MATTERHORN, "accepted")
    assert await view(graph, EIGER) == []
    await answered(graph, ADELE, made["id"], EIGER, "accepted")


@pytest.mark.parametrize(
    ("settings", "body"),
    [
        ({"bookingWindowInDays": 30}, meeting(day(40), "09:00", "10:00", EIGER)),
        ({"maximumDurationInMinutes": 30}, meeting(day(5), "09:00", "10:00", EIGER)),
        (
            {"allowRecurringMeetings": False},
            meeting(weekday("monday"), "09:00", "10:00", EIGER, recurrence=weekly(weekday("monday"))),
        ),
        (
            {"bookingWindowInDays": 14},
            meeting(weekday("monday"), "09:00", "10:00", EIGER, recurrence=weekly(weekday("monday"))),
        ),
    ],
    ids=["beyond the window", "too long", "a series", "a series beyond the window"],
)
async def test_what_is_out_of_policy_is_declined(graph: Client, settings: dict[str, Any], body: dict[str, Any]) -> None:
    await graph.ask("PATCH", f"/sim/mailboxes/{EIGER}", {"processing": settings})
    made = await create(graph, ADELE, body)
    await answered(graph, ADELE, made["id"], EIGER, "declined")
    assert await view(graph, EIGER) == []


@pytest.mark.parametrize("allowed", [False, True])
async def test_an_organizer_from_outside_is_rejected_unless_the_room_allows_it(graph: Client, allowed: bool) -> None:
    settings = {"processing": {"processExternalMeetingMessages": allowed}}
    await graph.ask("PATCH", f"/sim/mailboxes/{EIGER}", settings)
    body = {
        "organizer": {"name": "Zoe", "address": "zoe@fabrikam.example"},
        "event": meeting(day(5), "09:00", "10:00", EIGER),
    }
    assert (await graph.post(f"/sim/mailboxes/{EIGER}/invitations", body)).status == 202
    await settled(graph)
    assert [item["subject"] for item in await view(graph, EIGER)] == (["Zoe"] if allowed else [])
    assert mails(graph)[-1] == ("accepted" if allowed else "declined", "zoe@fabrikam.example")


async def test_a_room_that_allows_conflicts_accepts_twice(graph: Client) -> None:
    await graph.ask("PATCH", f"/sim/mailboxes/{EIGER}", {"processing": {"allowConflicts": True}})
    for who in (ADELE, BRUNO):
        made = await create(graph, who, meeting(day(5), "09:00", "10:00", EIGER))
        await answered(graph, who, made["id"], EIGER, "accepted")
    assert sorted(item["subject"] for item in await view(graph, EIGER)) == ["Adele Vance", "Bruno Keller"]


async def test_a_change_of_attendees_alone_mails_only_those_whom_it_concerns(graph: Client) -> None:
    made = await create(graph, ADELE, meeting(day(5), "09:00", "10:00", BRUNO, MATTERHORN))
    await answered(graph, ADELE, made["id"], MATTERHORN, "accepted")
    before = len(graph.store.outbox)
    attendees = meeting(day(5), "09:00", "10:00", MATTERHORN, "chiara.rossi@contoso.example")["attendees"]
    await change(graph, ADELE, made["id"], {"attendees": attendees})
    await settled(graph)
    assert sorted(mails(graph)[before:]) == [
        ("cancellation", BRUNO),
        ("request", "chiara.rossi@contoso.example"),
    ]
    assert await answer_of(graph, ADELE, made["id"], MATTERHORN) == "accepted"


async def test_a_patch_on_the_rooms_copy_stays_there_and_is_overwritten_by_the_organizer(graph: Client) -> None:
    made = await create(graph, ADELE, meeting(day(5), "09:00", "10:00", MATTERHORN))
    await answered(graph, ADELE, made["id"], MATTERHORN, "accepted")
    (copy,) = await view(graph, MATTERHORN)
    await change(graph, MATTERHORN, copy["id"], {"subject": "Mine"})
    assert (await read(graph, ADELE, made["id"]))["subject"] == "Planning"
    await change(graph, ADELE, made["id"], {"subject": "Budget"})
    await listed(graph, MATTERHORN, lambda found: found[0]["subject"] == "Adele Vance")


async def test_the_room_as_organizer_invites_the_booker_and_hears_the_answer(graph: Client) -> None:
    made = await create(graph, MATTERHORN, meeting(day(5), "09:00", "10:00", ADELE))
    (copy,) = await listed(graph, ADELE, lambda found: len(found) == 1)
    assert (copy["isOrganizer"], copy["organizer"]["emailAddress"]["address"]) == (False, MATTERHORN)
    await graph.post(event_path(ADELE, copy["id"], "/tentativelyAccept"), {"comment": "perhaps"})
    await answered(graph, MATTERHORN, made["id"], ADELE, "tentativelyAccepted")
    assert (await view(graph, ADELE))[0]["showAs"] == "tentative"
    assert mails(graph) == [("request", ADELE), ("tentative", MATTERHORN)]
    await graph.ask("DELETE", event_path(MATTERHORN, made["id"]))
    await listed(graph, ADELE, lambda found: found[0]["isCancelled"])


async def test_a_room_that_is_invited_again_after_its_removal_accepts_again(graph: Client) -> None:
    made = await create(graph, ADELE, meeting(day(5), "09:00", "10:00", MATTERHORN))
    await answered(graph, ADELE, made["id"], MATTERHORN, "accepted")
    await change(graph, ADELE, made["id"], {"attendees": []})
    await listed(graph, MATTERHORN, lambda found: found[0]["isCancelled"])
    attendees = meeting(day(5), "09:00", "10:00", MATTERHORN)["attendees"]
    await change(graph, ADELE, made["id"], {"attendees": attendees})
    (copy,) = await listed(graph, MATTERHORN, lambda found: not found[0]["isCancelled"])
    assert (copy["subject"], copy["showAs"]) == ("Adele Vance", "busy")


@pytest.mark.parametrize("told", [False, True])
async def test_deleting_the_rooms_copy_declines_only_where_that_is_switched_on(graph: Client, told: bool) -> None:
    graph.sim.settings.delete_sends_decline = told
    made = await create(graph, ADELE, meeting(day(5), "09:00", "10:00", MATTERHORN))
    await answered(graph, ADELE, made["id"], MATTERHORN, "accepted")
    (copy,) = await view(graph, MATTERHORN)
    assert (await graph.ask("DELETE", event_path(MATTERHORN, copy["id"]))).status == 204
    assert await answer_of(graph, ADELE, made["id"], MATTERHORN) == ("declined" if told else "accepted")

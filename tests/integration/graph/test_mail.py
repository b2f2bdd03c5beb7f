"""sendMail: what the application sends is in the outbox and nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from kiota_abstractions.authentication.anonymous_authentication_provider import AnonymousAuthenticationProvider
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.email_address import EmailAddress
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.message import Message
from msgraph.generated.models.recipient import Recipient
from msgraph.generated.users.item.send_mail.send_mail_post_request_body import SendMailPostRequestBody
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient

from tests.integration.graph.simulator import Client, running

SEND = "/v1.0/users/dario.meier@contoso.example/sendMail"


@pytest.fixture
async def graph() -> AsyncIterator[Client]:
    async with running() as client:
        yield client


async def test_the_sdks_message_is_accepted_with_202_and_stands_in_the_outbox(graph: Client) -> None:
    graph.need_no_token()
    adapter = GraphRequestAdapter(AnonymousAuthenticationProvider())
    adapter.base_url = graph.base + "/v1.0"
    message = Message(
        subject="Your booking could not be kept",
        body=ItemBody(content="The room was taken.", content_type=BodyType.Text),
        to_recipients=[Recipient(email_address=EmailAddress(address="adele.vance@contoso.example", name="Adele"))],
        cc_recipients=[Recipient(email_address=EmailAddress(address="someone@elsewhere.example"))],
    )
    body = SendMailPostRequestBody(message=message, save_to_sent_items=False)
    await (
        GraphServiceClient(request_adapter=adapter).users.by_user_id("dario.meier@contoso.example").send_mail.post(body)
    )
    (mail,) = graph.store.outbox
    assert (mail.sender, mail.kind) == ("dario.meier@contoso.example", "mail")
    assert mail.to == ("adele.vance@contoso.example", "someone@elsewhere.example")
    assert (mail.subject, mail.body) == ("Your booking could not be kept", "The room was taken.")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "ErrorInvalidRequest"),
        ({"message": {"subject": "x"}}, "ErrorInvalidRecipients"),
        ({"message": {"toRecipients": [{"emailAddress": {"address": "bad"}}]}}, "ErrorInvalidRecipients"),
    ],
)
async def test_a_message_that_cannot_be_delivered_is_refused(graph: Client, body: dict[str, Any], code: str) -> None:
    answer = await graph.post(SEND, body)
    assert (answer.status, answer.code) == (400, code)
    assert graph.store.outbox == []


async def test_a_sender_that_does_not_exist_is_refused(graph: Client) -> None:
    answer = await graph.post("/v1.0/users/nobody@contoso.example/sendMail", {"message": {}})
    assert answer.status == 404


async def test_a_senders_own_headers_are_kept_where_their_names_begin_with_x(graph: Client) -> None:
    to = [{"emailAddress": {"address": "adele.vance@contoso.example"}}]
    kept = {"toRecipients": to, "internetMessageHeaders": [{"name": "X-Mark", "value": "1"}]}
    assert (await graph.post(SEND, {"message": kept})).status == 202
    refused = {"toRecipients": to, "internetMessageHeaders": [{"name": "Auto-Submitted", "value": "auto-generated"}]}
    answer = await graph.post(SEND, {"message": refused})
    assert (answer.status, answer.code) == (400, "InvalidInternetMessageHeader")
    assert [dict(mail.headers) for mail in graph.store.outbox] == [{"X-Mark": "1"}]

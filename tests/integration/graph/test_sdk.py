"""The unmodified msgraph-sdk against the simulator, its retries off (facts 8)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from kiota_abstractions.authentication import AccessTokenProvider, AllowedHostsValidator
from kiota_abstractions.authentication.base_bearer_token_authentication_provider import (
    BaseBearerTokenAuthenticationProvider,
)
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_http.middleware.options import RetryHandlerOption
from msgraph.generated.models.attendee import Attendee
from msgraph.generated.models.attendee_type import AttendeeType
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.models.email_address import EmailAddress
from msgraph.generated.models.event import Event
from msgraph.generated.models.event_type import EventType
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.response_type import ResponseType
from msgraph.generated.models.single_value_legacy_extended_property import SingleValueLegacyExtendedProperty
from msgraph.generated.models.subscription import Subscription
from msgraph.generated.users.item.calendar_view.delta.delta_request_builder import DeltaRequestBuilder
from msgraph.generated.users.item.events.item.decline.decline_post_request_body import DeclinePostRequestBody
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient
from msgraph_core import GraphClientFactory  # type: ignore[import-untyped]  # the package ships no types

from tests.integration.graph.calendars import ADELE, EIGER, MATTERHORN, day, settled, until
from tests.integration.graph.endpoint import listening
from tests.integration.graph.simulator import Client, running


class Token(AccessTokenProvider):
    """Gives one token to any host."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def get_authorization_token(self, uri: str, additional_authentication_context: Any = None) -> str:
        return self._token

    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        return AllowedHostsValidator([])


@pytest.fixture
async def graph() -> AsyncIterator[Client]:
    async with running() as client:
        yield client


@pytest.fixture
async def sdk(graph: Client) -> AsyncIterator[GraphServiceClient]:
    options = {RetryHandlerOption.get_key(): RetryHandlerOption(max_retries=0)}
    async with httpx.AsyncClient(http2=True) as plain:
        http = GraphClientFactory.create_with_default_middleware(client=plain, options=options)
        provider = BaseBearerTokenAuthenticationProvider(Token(graph.token))
        adapter = GraphRequestAdapter(provider, http)
        # The default address ends with a slash, so that every path begins with two.
        adapter.base_url = f"{graph.base}/v1.0/"
        yield GraphServiceClient(request_adapter=adapter)


def immutable(**parameters: Any) -> RequestConfiguration[Any]:
    configuration: RequestConfiguration[Any] = RequestConfiguration(**parameters)
    configuration.headers.add("Prefer", 'IdType="ImmutableId"')
    configuration.headers.add("Prefer", 'outlook.timezone="Europe/Zurich"')
    return configuration


def event(*invited: str, **more: Any) -> Event:
    attendees = [Attendee(email_address=EmailAddress(address=item), type=AttendeeType.Resource) for item in invited]
    return Event(
        subject="Planning",
        start=DateTimeTimeZone(date_time=f"{day(5)}T09:00:00", time_zone="Europe/Zurich"),
        end=DateTimeTimeZone(date_time=f"{day(5)}T10:00:00", time_zone="Europe/Zurich"),
        attendees=attendees,
        **more,
    )


def window() -> RequestConfiguration[Any]:
    parameters = DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters(
        start_date_time=f"{day(0)}T00:00:00Z", end_date_time=f"{day(30)}T00:00:00Z"
    )
    return immutable(query_parameters=parameters)


async def read_round(sdk: GraphServiceClient, user: str, link: str | None = None) -> tuple[list[Event], str]:
    delta = sdk.users.by_user_id(user).calendar_view.delta
    items: list[Event] = []
    while True:
        page = await (delta.with_url(link).get(immutable()) if link else delta.get(window()))
        assert page is not None
        items += page.value or []
        if page.odata_delta_link:
            return items, page.odata_delta_link
        link = page.odata_next_link


async def test_a_meeting_from_invitation_to_decline(sdk: GraphServiceClient, graph: Client) -> None:
    made = await sdk.users.by_user_id(ADELE).events.post(event(MATTERHORN, transaction_id="one"), immutable())
    assert made is not None
    assert made.id is not None
    assert made.start is not None
    assert made.start.date_time == f"{day(5)}T09:00:00.0000000"
    await settled(graph)
    (copy,), link = await read_round(sdk, MATTERHORN)
    assert (copy.subject, copy.i_cal_u_id, copy.type) == ("Adele Vance", made.i_cal_u_id, EventType.SingleInstance)
    room = sdk.users.by_user_id(MATTERHORN).events.by_event_id(str(copy.id))
    await room.decline.post(DeclinePostRequestBody(comment="no", send_response=True))
    mine = await sdk.users.by_user_id(ADELE).events.by_event_id(made.id).get(immutable())
    assert mine is not None
    assert mine.attendees is not None
    assert mine.attendees[0].status is not None
    assert mine.attendees[0].status.response == ResponseType.Declined
    (gone,), _ = await read_round(sdk, MATTERHORN, link)
    assert gone.id == copy.id
    assert gone.additional_data["@removed"] == {"reason": "deleted"}


async def test_patch_delete_and_errors(sdk: GraphServiceClient) -> None:
    stamp = SingleValueLegacyExtendedProperty(
        id="String {66f5a359-4659-4830-9070-00047ec6ac6e} Name LockstepId", value="B-1"
    )
    events = sdk.users.by_user_id(EIGER).events
    made = await events.post(event(transaction_id="one", single_value_extended_properties=[stamp]), immutable())
    assert made is not None
    one = events.by_event_id(str(made.id))
    changed = await one.patch(Event(subject="New"), immutable())
    assert changed is not None
    assert (changed.subject, changed.id) == ("New", made.id)
    with pytest.raises(ODataError) as caught:
        await events.post(event(transaction_id="one", body_preview="Other"), immutable())
    assert caught.value.error is not None
    assert caught.value.response_status_code == 400
    assert caught.value.error.code == "ErrorDuplicateTransactionId"
    assert caught.value.error.additional_data["@event.existingEventId"] == made.id
    assert caught.value.error.inner_error is not None
    assert caught.value.error.inner_error.request_id
    await one.delete()
    await one.permanent_delete.post()
    with pytest.raises(ODataError) as caught:
        await one.get()
    assert caught.value.error is not None
    assert (caught.value.response_status_code, caught.value.error.code) == (404, "ErrorItemNotFound")


async def test_a_subscription_from_creation_to_deletion(sdk: GraphServiceClient) -> None:
    async with listening() as hook:
        wanted = Subscription(
            change_type="created,updated,deleted",
            resource=f"/users/{EIGER}/events",
            notification_url=hook.url,
            lifecycle_notification_url=hook.url,
            expiration_date_time=datetime.now(UTC) + timedelta(minutes=9000),
            client_state="secret",
        )
        made = await sdk.subscriptions.post(wanted, immutable())
        assert made is not None
        one = sdk.subscriptions.by_subscription_id(str(made.id))
        until_then = datetime.now(UTC) + timedelta(minutes=10_000)
        renewed = await one.patch(Subscription(expiration_date_time=until_then))
        assert renewed is not None
        assert renewed.expiration_date_time == until_then
        await one.reauthorize.post()
        listed = await sdk.subscriptions.get()
        assert listed is not None
        assert [item.client_state for item in listed.value or []] == [None]
        await sdk.users.by_user_id(EIGER).events.post(event(), immutable())

        async def told() -> bool:
            return bool(hook.notifications)

        await until(told)
        await one.delete()
        listed = await sdk.subscriptions.get()
        assert listed is not None
        assert listed.value == []

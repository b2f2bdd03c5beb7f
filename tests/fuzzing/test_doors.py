"""Whatever comes through a door that stands open is answered, never with an error of ours and never by doing much."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import azure.functions as func
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from functions.caller import NotSignedIn, principal_of
from functions.same_site import CrossSite, refuse_cross_site
from shared.domain.client_state import client_state
from shared.domain.ids import ResourceId
from shared.domain.setup_link import read_setup_token
from shared.domain.story_link import claimed_tenant, read_token, signed
from tests.doubles.world import TENANT, at
from tests.fuzzing.shapes import ANYTHING, BODIES, TEXTS, in_base64url, nearly, written
from tests.unit.functions.calling.office import Office
from tests.unit.functions.calling.principals import APPLICATION, claims, header_of

FUZZED = settings.get_profile("lockstep-fuzzing")

KEY = bytes(range(32))
MINE = ResourceId(f"{TENANT}.01AAAAAAAAAAAAAAAAAAAAAAAA")
STATES = st.one_of(TEXTS, st.just(client_state("k1", KEY, MINE)), st.sampled_from(["k1.", "k1.x", ".", "k9.x"]))
ENTRIES = nearly(
    {
        "clientState": STATES,
        "tenantId": st.sampled_from([TENANT, TENANT.upper(), "other"]),
        "lifecycleEvent": st.sampled_from(["missed", "subscriptionRemoved", "reauthorizationRequired", "new"]),
        "resourceData": ANYTHING,
    }
)
COLLECTIONS = nearly({"value": st.lists(st.one_of(ENTRIES, ANYTHING), max_size=5)}).map(written)
NOTIFIED = st.one_of(BODIES, COLLECTIONS)
RESOURCES = st.one_of(TEXTS, st.sampled_from([str(MINE), f"{TENANT}.", ".", f"{TENANT}.\ud800"]))


@FUZZED
@given(st.sampled_from(["changes", "lifecycle", "people"]), NOTIFIED, RESOURCES, st.none() | TEXTS)
def test_a_notification_of_any_shape_is_accepted_or_refused(
    which: str, body: bytes, resource: str, token: str | None
) -> None:
    office = Office()
    query = f"resource={quote(resource, errors='replace')}&tenant={quote(resource, errors='replace')}"
    query += "" if not token else f"&validationToken={quote(token, errors='replace')}"
    answer = asyncio.run(office.send("POST", f"/api/notifications/{which}?{query}", body))
    assert answer.status in (200, 202, 400)
    assert len(office.world.wakeups.sent) <= 2


PRINCIPALS = nearly(
    {
        "auth_typ": st.just("aad"),
        "claims": st.lists(
            st.one_of(st.sampled_from(claims("Reader", "Operator")), nearly({"typ": TEXTS, "val": TEXTS})), max_size=8
        ),
    }
)


@FUZZED
@given(st.one_of(TEXTS, BODIES.map(lambda raw: raw.decode("latin-1")), PRINCIPALS.map(header_of)))
@example(header_of({"auth_typ": "aad", "claims": claims("Operator")}))
def test_a_principal_of_any_shape_is_somebody_for_us_or_nobody(header: str) -> None:
    try:
        who = principal_of(header, APPLICATION)
    except NotSignedIn:
        return
    assert who.id
    assert who.name.isprintable()


@FUZZED
@given(st.dictionaries(st.sampled_from(["Origin", "Sec-Fetch-Site", "Content-Type", "Authorization"]), TEXTS), TEXTS)
def test_headers_of_any_shape_are_judged(headers: dict[str, str], url: str) -> None:
    request = func.HttpRequest("POST", f"https://x/{url}", headers=headers, body=b"")
    try:
        refuse_cross_site(request)
    except CrossSite:
        return
    assert headers.get("Authorization") or headers.get("Content-Type", "").casefold().startswith("application/json")


PAYLOADS = st.one_of(TEXTS, ANYTHING.map(in_base64url), st.lists(ANYTHING, min_size=3, max_size=3).map(in_base64url))
TOKENS = st.one_of(
    TEXTS,
    PAYLOADS.map(lambda payload: f"k1.{payload}.x"),
    PAYLOADS.map(lambda payload: signed("k1", KEY, payload)),
)


@FUZZED
@given(TOKENS)
@example(f"k1.{in_base64url([1, 2, 3])}.x")
@example(f"k1.{in_base64url([TENANT + '.x', ['a'], 4e9])}.x")
def test_a_story_link_of_any_shape_opens_its_story_or_nothing(token: str) -> None:
    assert isinstance(claimed_tenant(token), str)
    story = read_token(token, {"k1": KEY}, at("09:00", "10:00").start)
    assert story is None or (isinstance(story.resource, str) and isinstance(story.mapping, str))


@FUZZED
@given(TOKENS)
def test_a_setup_link_of_any_shape_opens_nothing(token: str) -> None:
    assert read_setup_token(token, {"k1": KEY}, at("09:00", "10:00").start) is None


@FUZZED
@given(TOKENS.filter(lambda token: token and not set(token) & set("/?#\ud800")))
def test_signed_doors_answer_404_to_what_nobody_signed(token: str) -> None:
    office: Any = Office()
    for door in ("story", "setup"):
        answer = asyncio.run(office.send("GET", f"/api/{door}/{quote(token, safe='', errors='replace')}"))
        assert answer.status == 404


@pytest.mark.parametrize(
    "fields", [[1, 2, 3], [["a"], "m", 1], [None, None, None], [{}, "m", 1], ["t.r", 7, 4102444800]]
)
async def test_a_story_link_with_ids_that_are_no_text_opens_nothing(fields: list[Any]) -> None:
    token = f"k1.{in_base64url(fields)}.x"
    assert (await Office().send("GET", f"/api/story/{token}")).status == 404
    assert read_token(signed("k1", KEY, in_base64url(fields)), {"k1": KEY}, at("09:00", "10:00").start) is None

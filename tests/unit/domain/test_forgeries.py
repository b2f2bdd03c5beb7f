"""What a tenant's administrator holds (everything that was ever signed for that tenant) opens nothing of another."""

from __future__ import annotations

import base64
import itertools
import json
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.client_state import client_state, is_authentic
from shared.domain.ids import MappingId, ResourceId, TenantId
from shared.domain.people import is_people_state, people_state
from shared.domain.story_link import Story, read_token, signed, story_token
from shared.domain.tenant_keys import fingerprint_key_of

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
ULID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
OURS, THEIRS = TenantId("11111111-2222-3333-4444-555555555555"), TenantId("99999999-2222-3333-4444-555555555555")
OUR_ROOM, THEIR_ROOM = ResourceId(f"{OURS}.{ULID}"), ResourceId(f"{THEIRS}.{ULID}")
BOOKING = MappingId("01ARZ3NDEKTSV4RRFFQ69G5FAW")
RING = {"2": b"the current key of the ring", "1": b"the key before it"}


def story_of(resource: ResourceId, key_id: str) -> str:
    return story_token(key_id, RING[key_id], Story(resource, BOOKING, NOW + timedelta(days=1)))


def held_by_us() -> list[str]:
    """Everything that was signed for our tenant, under every key of the ring."""
    return [
        made
        for key_id, key in RING.items()
        for made in (client_state(key_id, key, OUR_ROOM), people_state(key_id, key, OURS), story_of(OUR_ROOM, key_id))
    ]


def payload_of(resource: ResourceId) -> str:
    return story_of(resource, "2").split(".")[1]


def forged_stories() -> list[str]:
    """Their payload under whatever signature and key name we hold, and ours with their names written into it."""
    macs = {made.rpartition(".")[2] for made in held_by_us()}
    swapped = json.loads(base64.urlsafe_b64decode(payload_of(OUR_ROOM) + "=="))
    swapped[0] = THEIR_ROOM
    rewritten = base64.urlsafe_b64encode(json.dumps(swapped, separators=(",", ":")).encode()).rstrip(b"=").decode()
    payloads = (payload_of(THEIR_ROOM), rewritten, "story|" + payload_of(THEIR_ROOM))
    found = [f"{key_id}.{text}.{mac}" for key_id, text, mac in itertools.product((*RING, ""), payloads, macs)]
    return [*found, signed("2", b"", payload_of(THEIR_ROOM)), signed("2", b"2", payload_of(THEIR_ROOM))]


def test_what_was_signed_for_us_opens_our_own() -> None:
    for key_id, key in RING.items():
        assert is_authentic(client_state(key_id, key, OUR_ROOM), OUR_ROOM, RING)
        assert is_people_state(people_state(key_id, key, OURS), OURS, RING)
        assert read_token(story_of(OUR_ROOM, key_id), RING, NOW) is not None


@pytest.mark.parametrize("made", held_by_us())
def test_nothing_signed_for_us_is_a_client_state_of_theirs(made: str) -> None:
    mac = made.rpartition(".")[2]
    for state in (made, *(f"{key_id}.{mac}" for key_id in RING)):
        assert not is_authentic(state, THEIR_ROOM, RING)
        assert not is_people_state(state, THEIRS, RING)


def test_nothing_signed_for_one_purpose_serves_another() -> None:
    for made in held_by_us():
        mac, purposes = made.rpartition(".")[2], 0
        for key_id in RING:
            purposes += is_authentic(f"{key_id}.{mac}", OUR_ROOM, RING)
            purposes += is_people_state(f"{key_id}.{mac}", OURS, RING)
            purposes += read_token(f"{key_id}.{payload_of(OUR_ROOM)}.{mac}", RING, NOW) is not None
        assert purposes == 1


@pytest.mark.parametrize("token", forged_stories())
def test_no_story_of_theirs_can_be_put_together_from_what_we_hold(token: str) -> None:
    assert read_token(token, RING, NOW) is None


def test_a_resource_whose_name_imitates_what_is_signed_opens_nothing_else() -> None:
    """The parts of what is signed are joined: no id of a resource may shift them."""
    for imitation in (f"{OURS}.{ULID}|notifications", f"{OURS}|{THEIR_ROOM}", f"{THEIRS}|people"):
        state = client_state("2", RING["2"], ResourceId(imitation))
        assert not is_authentic(state, THEIR_ROOM, RING)
        assert not is_people_state(state, THEIRS, RING)


def test_each_tenant_has_a_key_of_its_own_for_fingerprints() -> None:
    key = b"the installation's key"
    keys = {fingerprint_key_of(tenant, key) for tenant in (OURS, THEIRS, TenantId(""), TenantId(f"{OURS}|"))}
    assert len(keys) == 4
    assert key not in keys
    assert fingerprint_key_of(TenantId(OURS.upper()), key) == fingerprint_key_of(OURS, key)

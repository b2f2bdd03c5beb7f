"""The client state of a notification proves that it is about this resource of this tenant, under a key of the ring."""

from __future__ import annotations

import pytest

from shared.domain.client_state import client_state, is_authentic
from shared.domain.ids import ResourceId

RESOURCE = ResourceId("11111111-2222-3333-4444-555555555555.01ARZ3NDEKTSV4RRFFQ69G5FAV")
NEIGHBOUR = ResourceId("11111111-2222-3333-4444-555555555555.01ARZ3NDEKTSV4RRFFQ69G5FAW")
STRANGER = ResourceId("99999999-2222-3333-4444-555555555555.01ARZ3NDEKTSV4RRFFQ69G5FAV")
RING = {"k2": b"the current key", "k1": b"the key before"}
STATE = client_state("k2", RING["k2"], RESOURCE)

STATES: dict[str, tuple[str, ResourceId, bool]] = {
    "ours for this resource": (STATE, RESOURCE, True),
    "ours under an older key of the ring": (client_state("k1", RING["k1"], RESOURCE), RESOURCE, True),
    "ours for another resource": (STATE, NEIGHBOUR, False),
    "ours for the same resource of another tenant": (STATE, STRANGER, False),
    "made with a key that is not in the ring": (client_state("k0", b"an older key", RESOURCE), RESOURCE, False),
    "one key's name with another key's digest": (f"k1.{STATE.partition('.')[2]}", RESOURCE, False),
    "cut short": (STATE[:-1], RESOURCE, False),
    "longer than it was made": (STATE + "0", RESOURCE, False),
    "in capitals": (f"k2.{STATE.partition('.')[2].upper()}", RESOURCE, False),
    "only a key's name": ("k2", RESOURCE, False),
    "a key's name and nothing": ("k2.", RESOURCE, False),
    "empty": ("", RESOURCE, False),
    "half of a surrogate pair, as JSON may carry it": ("k2.\ud800", RESOURCE, False),
    "characters that are no ASCII": ("k2.ünauthentisch", RESOURCE, False),
}


@pytest.mark.parametrize(("state", "resource", "expected"), STATES.values(), ids=STATES)
def test_which_client_states_are_authentic(state: str, resource: ResourceId, expected: bool) -> None:
    assert is_authentic(state, resource, RING) is expected


def test_it_fits_a_subscription_and_shows_neither_key_nor_resource() -> None:
    """A subscription carries at most 128 characters of client state."""
    assert len(client_state("k" * 32, RING["k2"], RESOURCE)) <= 128
    assert RESOURCE not in STATE
    assert "current" not in STATE


def test_an_empty_ring_knows_nothing() -> None:
    assert not is_authentic(STATE, RESOURCE, {})

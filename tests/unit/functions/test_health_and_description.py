"""What anybody may ask, and what describes the rest."""

from __future__ import annotations

import pytest

from shared.composition import composed, using
from shared.ports.errors import Retry
from shared.settings import BadSettings
from tests.unit.functions.calling.office import Office


async def test_health_is_open_and_says_one_word(office: Office) -> None:
    answer = await office.send("GET", "/api/health")
    assert (answer.status, answer.body) == (200, {"status": "ok"})


async def test_health_says_when_storage_is_away_and_nothing_of_it(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.world.faults.fail("secrets.client_state_keys", Retry("secrets.read: storage at 10.0.0.7 is away"))
    answer = await office.send("GET", "/api/health")
    assert (answer.status, answer.body) == (503, {"status": "storage unreachable"})
    assert "10.0.0.7" in caplog.text


class Misconfigured(Office):
    """An app one of whose settings is missing: nothing of it can be built."""

    @property
    def secrets(self) -> object:  # type: ignore[override]  # it has none
        raise BadSettings("The app settings cannot be used: LOCKSTEP_TENANT is missing")

    outside = platform = wakeups = tenants = secrets  # type: ignore[assignment]  # nor any other


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", "/api/health", 500),
        ("GET", "/api/resources", 500),
        ("GET", "/api/platform/resources", 500),
        ("POST", "/api/notifications/changes", 503),
        ("POST", "/api/notifications/lifecycle", 503),
    ],
)
async def test_a_setting_that_is_missing_is_named_in_the_log_alone(
    caplog: pytest.LogCaptureFixture, method: str, target: str, status: int
) -> None:
    body = b'{"value": []}' if "notifications" in target else None
    answer = await Misconfigured().send(method, target, body)
    assert answer.status == status
    assert "LOCKSTEP_TENANT" not in str(answer.body)
    assert "LOCKSTEP_TENANT is missing" in caplog.text


async def test_the_description_is_served(office: Office) -> None:
    document = await office.ask("GET", "/api/openapi.json")
    assert document["openapi"].startswith("3.1")
    assert "/api/resources" in document["paths"]


async def test_a_stand_in_ends_with_its_block(office: Office) -> None:
    other = Office()
    with using(office):
        with using(other):
            assert await composed() is other
        assert await composed() is office
    with pytest.raises(BadSettings):
        await composed()

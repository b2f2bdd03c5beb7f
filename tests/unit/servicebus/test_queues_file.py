"""The queues file: read as Bicep deploys it, and refused in one sentence where it cannot be."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from local.servicebus.queues import NEVER_MS, QueueSettings, QueuesFileError, duration_ms, load_queues

ROOT = Path(__file__).parents[3]


def _written(tmp_path: Path, declared: object) -> Path:
    path = tmp_path / "queues.json"
    path.write_text(declared if isinstance(declared, str) else json.dumps(declared), encoding="utf-8")
    return path


def test_the_deployed_queues_are_read() -> None:
    (wakeups,) = (queue for queue in load_queues(ROOT / "infra/queues.json") if queue.name == "wakeups")
    assert wakeups.requires_session
    assert wakeups.lock_duration_ms == 60_000


def test_every_property_that_is_emulated_is_read(tmp_path: Path) -> None:
    path = _written(
        tmp_path,
        {
            "q": {
                "requiresSession": True,
                "lockDuration": "PT30S",
                "maxDeliveryCount": 3,
                "defaultMessageTimeToLive": "P1DT12H",
                "deadLetteringOnMessageExpiration": True,
                "requiresDuplicateDetection": True,
                "duplicateDetectionHistoryTimeWindow": "PT5M",
                "maxMessageSizeInKilobytes": 1024,
                "maxSizeInMegabytes": 1024,
                "enablePartitioning": False,
            }
        },
    )
    assert load_queues(path) == (QueueSettings("q", True, 30_000, 3, 129_600_000, True, True, 300_000, 1_048_576),)


def test_a_queue_without_properties_has_the_service_s_defaults(tmp_path: Path) -> None:
    (queue,) = load_queues(_written(tmp_path, {"q": {}}))
    assert queue == QueueSettings("q", False, 60_000, 10, NEVER_MS, False, False, 600_000, 262_144)


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("PT1M", 60_000),
        ("P1D", 86_400_000),
        ("P2W", 1_209_600_000),
        ("PT1H30M", 5_400_000),
        ("P1DT1S", 86_401_000),
        ("PT0.5S", 500),
        ("PT1,5S", 1_500),
        ("P10675199DT2H48M5.4775807S", 922_337_203_685_478),
    ],
)
def test_iso_8601_durations_are_read(text: str, milliseconds: int) -> None:
    assert duration_ms(text) == milliseconds


@pytest.mark.parametrize("text", ["", "P", "PT", "1D", "P1Y", "P1M", "PT1", "P1DT", "PT5X", "-PT1M", "P1W2D"])
def test_what_is_no_duration_of_fixed_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no ISO 8601 duration"):
        duration_ms(text)


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        pytest.param("{", "is not JSON of queues", id="no JSON"),
        pytest.param("[]", "must be an object", id="a list"),
        pytest.param("{}", "at least one queue", id="no queue"),
        pytest.param('{"q": {}, "q": {}}', "'q' is given twice", id="one name twice"),
        pytest.param('{"q": {}, "Q": {}}', "declared twice; names ignore case", id="names that differ in case"),
        pytest.param({"$q": {}}, "'$q' is no queue name", id="a name that addresses use"),
        pytest.param({"q/": {}}, "is no queue name", id="a name that ends with a slash"),
        pytest.param({"q": []}, "must be an object of properties", id="properties as a list"),
        pytest.param({"q": {"lockDuration": 60}}, "queue 'q': lockDuration: 60 is no", id="a number as duration"),
        pytest.param({"q": {"lockDuration": "PT6M"}}, "not between 1 and 300 seconds", id="a lock too long"),
        pytest.param({"q": {"requiresSession": "yes"}}, "neither true nor false", id="text as a flag"),
        pytest.param({"q": {"maxDeliveryCount": 0}}, "from 1 to 2000", id="no delivery at all"),
        pytest.param({"q": {"maxDeliveryCount": True}}, "no whole number", id="a flag as a number"),
        pytest.param({"q": {"lockduration": "PT1M"}}, "known are", id="a misspelt property"),
        pytest.param({"q": {"forwardTo": "other"}}, "forwardTo is not emulated", id="forwarding"),
        pytest.param({"q": {"enablePartitioning": True}}, "True is not emulated", id="partitioning"),
        pytest.param({"q": {"status": "Disabled"}}, "'Disabled' is not emulated", id="a disabled queue"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_place(tmp_path: Path, declared: object, says: str) -> None:
    path = _written(tmp_path, declared)
    with pytest.raises(QueuesFileError, match=re.escape(says)) as refusal:
        load_queues(path)
    assert str(refusal.value).startswith(str(path))


def test_a_missing_file_is_told_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(QueuesFileError, match="name it with --queues"):
        load_queues(tmp_path / "none.json")

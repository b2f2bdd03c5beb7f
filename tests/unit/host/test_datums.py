"""Datums: the types in which the host hands data over, and what the official converters make of them."""

import json
from datetime import UTC, datetime
from typing import Any

import azure.functions
import pytest
from azure.functions.servicebus import ServiceBusMessageInConverter

from local.host import datums
from local.host.message_data import (
    NEVER,
    MessageData,
    body_of_many,
    body_of_one,
    metadata_of_many,
    metadata_of_one,
)
from local.host.parameters import converter_of

ENQUEUED = datetime(2026, 11, 20, 10, 0, 0, 123456, UTC)


def _message(number: int = 1, **changed: Any) -> MessageData:
    fields: dict[str, Any] = {
        "body": b"{}", "message_id": f"m{number}", "sequence_number": number, "lock_token": f"t{number}",
        "enqueued": ENQUEUED, "session_id": "s", "properties": {"cause": "sweep", "n": number},
    }  # fmt: skip
    return MessageData(**(fields | changed))


def _decoded(messages: list[MessageData]) -> list[azure.functions.ServiceBusMessage]:
    metadata = metadata_of_many(messages)
    return ServiceBusMessageInConverter.decode(body_of_many(messages, False), trigger_metadata=metadata)  # type: ignore[return-value]  # a batch is a list


def test_single_numbers_dates_and_dictionaries_travel_as_json_and_never_as_int() -> None:
    """Facts 1.4.2: the runtime rejects `int` datums, so DeliveryCount and SequenceNumber are `json`."""
    types = {key: datum.type for key, datum in metadata_of_one(_message()).items()}
    assert types["DeliveryCount"] == types["SequenceNumber"] == types["EnqueuedTimeUtc"] == "json"
    assert types["ApplicationProperties"] == types["UserProperties"] == "json"
    assert types["MessageId"] == types["SessionId"] == types["LockToken"] == "string"
    assert "int" not in types.values()


def test_lists_of_a_batch_travel_as_collections_and_lists_of_int_as_json() -> None:
    """Facts 1.4.2: long[] is collection_sint64, string[] collection_string, int[] and DateTime[] json."""
    types = {key: datum.type for key, datum in metadata_of_many([_message()]).items()}
    assert types["SequenceNumberArray"] == "collection_sint64"
    assert types["MessageIdArray"] == "collection_string"
    assert types["DeliveryCountArray"] == types["EnqueuedTimeUtcArray"] == types["UserPropertiesArray"] == "json"


def test_both_names_of_the_properties_are_sent() -> None:
    """Facts 1.4.4: cardinality is detected from UserProperties[Array]; new code reads ApplicationProperties."""
    one, many = metadata_of_one(_message()), metadata_of_many([_message()])
    assert one["UserProperties"] == one["ApplicationProperties"]
    assert many["UserPropertiesArray"] == many["ApplicationPropertiesArray"]
    assert "UserPropertiesArray" not in one
    assert "UserProperties" not in many


def test_locked_until_and_state_are_not_sent() -> None:
    """Facts 1.4.4: this version of the extension does not, although the Python class has them."""
    assert not {"LockedUntil", "State", "LockedUntilUtc"} & set(metadata_of_one(_message()))


def test_null_values_are_not_sent() -> None:
    assert "CorrelationId" not in metadata_of_one(_message())


def test_a_single_message_reads_in_python_as_it_was_sent() -> None:
    message = _message(subject="wake", correlation_id="c", body="é".encode())
    converter = converter_of("serviceBusTrigger")
    assert converter is not None
    seen = converter.decode(body_of_one(message, False), trigger_metadata=metadata_of_one(message))
    assert seen.get_body() == "é".encode()
    assert (seen.session_id, seen.sequence_number, seen.delivery_count) == ("s", 1, 1)
    assert seen.enqueued_time_utc == ENQUEUED
    assert seen.application_properties == seen.user_properties == {"cause": "sweep", "n": 1}
    assert seen.subject == seen.label == "wake"
    assert seen.metadata["MessageId"] == "m1"


def test_a_message_without_time_to_live_expires_at_the_end_of_dotnets_time() -> None:
    assert json.loads(metadata_of_one(_message())["ExpiresAtUtc"].value) == f"{NEVER}Z"


def test_a_binary_body_stays_bytes() -> None:
    assert body_of_one(_message(body=b"\xff"), True).value == b"\xff"
    assert body_of_one(_message(body=b"\xff"), False).value == "\ufffd"


def test_empty_entries_of_a_batch_are_dropped_so_later_ones_move_forward() -> None:
    """Facts 1.4.3: where only message 3 has a correlation id, message 1 reports it."""
    seen = _decoded([_message(1), _message(2), _message(3, correlation_id="third")])
    assert [message.correlation_id for message in seen] == ["third", None, None]
    assert [message.message_id for message in seen] == ["m1", "m2", "m3"]
    assert [message.sequence_number for message in seen] == [1, 2, 3]


def test_an_empty_body_in_a_batch_is_an_index_error() -> None:
    """Facts 1.4.3: never send empty bodies."""
    with pytest.raises(IndexError):
        _decoded([_message(1), _message(2, body=b"")])


def test_in_a_batch_the_metadata_of_each_message_is_that_of_the_whole_batch() -> None:
    """Facts 1.4.4, the quirk."""
    seen = _decoded([_message(1), _message(2)])
    assert seen[0].metadata == seen[1].metadata
    assert seen[0].metadata is not None
    assert seen[0].metadata["MessageIdArray"] == ["m1", "m2"]


def test_http_headers_are_lower_case_and_empty_query_values_are_dropped() -> None:
    """Facts 1.4.8."""
    data = datums.HttpRequestData("POST", "http://x/api/a", {"X-Key": "1"}, {"a": "1", "b": ""}, {"id": "7"}, b"\x00")
    value = datums.http(data).value
    assert {name: datum.value for name, datum in value["headers"].items()} == {"x-key": "1"}
    assert set(value["query"]) == {"a"}
    assert value["params"]["id"] == datums.string("7")
    assert value["body"] == datums.raw(b"\x00")

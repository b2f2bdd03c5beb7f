"""What the address of a link means.

Addresses come as URLs (`amqps://host:port/queue`, on plain TCP too) or bare, and are compared without regard
to case: Python writes `$DeadLetterQueue`, other clients `$deadletterqueue`.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from local.servicebus.amqp.types import Described, ULong, Value
from local.servicebus.broker.message import BrokerError
from local.servicebus.broker.namespace import Namespace
from local.servicebus.broker.queue import Queue

CBS = "$cbs"
MANAGEMENT_SUFFIX = "/$management"
SOURCE, TARGET = 0x28, 0x29

Fields = list[Value]


@dataclass(frozen=True, slots=True)
class Node:
    """Where a link leads: `$cbs` (no queue), a queue, or a queue's management."""

    path: str
    queue: Queue | None = None
    management: bool = False


def node_path(address: str) -> str:
    """The address without scheme, host and slashes at its ends, folded."""
    path = urlsplit(address).path if "://" in address else address
    return unquote(path).strip("/").casefold()


def terminus_fields(terminus: Described | None, code: int) -> Fields:
    """The fields of a source or target. Raises `BrokerError` for a coordinator and for what is none."""
    if terminus is None:
        raise BrokerError("amqp:invalid-field", "The link names no address.")
    if not isinstance(terminus.descriptor, ULong) or terminus.descriptor != code:
        raise BrokerError("amqp:not-implemented", "Transactions are not emulated; links lead to queues.")
    if not isinstance(terminus.value, list):
        raise BrokerError("amqp:invalid-field", "A source or target is a list.")
    return terminus.value


def address_of(terminus: Described | None, code: int) -> str:
    """The address of a source or target. Raises `BrokerError` when there is none."""
    fields = terminus_fields(terminus, code)
    address = fields[0] if fields else None
    if not isinstance(address, str):
        raise BrokerError("amqp:invalid-field", "The link names no address.")
    return address


def resolve(namespace: Namespace, address: str) -> Node:
    """The node of an address. Raises `BrokerError` when there is none."""
    try:
        path = node_path(address)
    except ValueError as error:
        raise BrokerError("amqp:invalid-field", f"The address {address!r:.200} is no URL.") from error
    if path == CBS:
        return Node(path)
    management = path.endswith(MANAGEMENT_SUFFIX)
    queue = namespace.find(path.removesuffix(MANAGEMENT_SUFFIX))
    if queue is None:
        raise BrokerError("amqp:not-found", f"The messaging entity {address!r:.200} could not be found.")
    return Node(path, queue, management)

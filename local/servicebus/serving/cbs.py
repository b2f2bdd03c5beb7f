"""`$cbs`: claims-based security. What a token opens is the connection's door to say."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from local.servicebus.amqp.message import Map, application_properties, parse, reply, reply_to, value_body
from local.servicebus.amqp.types import Int
from local.servicebus.broker.message import BrokerError
from local.servicebus.serving.address import CBS

if TYPE_CHECKING:
    from local.servicebus.serving.channel import Channel

log = logging.getLogger(__name__)


class CbsSink:
    """Answers put-token."""

    max_bytes = 65536

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def take(self, octets: bytes, _message_format: int) -> None:
        """A request; its answer goes to the `$cbs` receiver of the same session."""
        request = parse(octets)
        operation = application_properties(request).get("operation")
        if operation != "put-token":
            raise BrokerError("amqp:not-implemented", f"$cbs knows put-token, not {operation!r:.100}.")
        link = self._channel.replies_to(CBS, reply_to(request))
        if link is None:
            raise BrokerError("amqp:precondition-failed", "Attach a receiver to $cbs before asking it.")
        try:
            self._channel.connection.door.put(value_body(request))
            headers: Map = {"status-code": Int(202), "status-description": "Accepted"}
        except BrokerError as error:
            log.warning("refused: a token: %s", error.description)
            headers = {"status-code": Int(401), "status-description": error.description}
        link.reply(reply(request.message_id, headers, None))

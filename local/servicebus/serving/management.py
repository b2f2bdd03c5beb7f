"""`$management` of a queue: what the SDK asks by request and response instead of by link.

Names and shapes are Service Bus's own, misspellings included. A refusal is an answer with a status, never a
rejected delivery, except where there is nobody to answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from local.servicebus.amqp.message import Map, application_properties, parse, reply, reply_to, value_body
from local.servicebus.amqp.types import Array, DecodeError, Int, Long, Symbol, Timestamp, Value
from local.servicebus.broker.intake import SCHEDULED_FOR
from local.servicebus.broker.message import (
    MESSAGE_LOCK_LOST,
    MESSAGE_NOT_FOUND,
    NOT_ALLOWED,
    SESSION_LOCK_LOST,
    Abandon,
    BrokerError,
    Complete,
    DeadLetter,
    Defer,
    Outcome,
)
from local.servicebus.broker.queue import Queue
from local.servicebus.broker.sessions import Session
from local.servicebus.serving.outgoing import message_octets
from local.servicebus.serving.requests import Request

if TYPE_CHECKING:
    from local.servicebus.serving.channel import Channel

log = logging.getLogger(__name__)

_STATUS = {MESSAGE_LOCK_LOST: 410, SESSION_LOCK_LOST: 410, MESSAGE_NOT_FOUND: 404, "amqp:not-implemented": 501}
_BAD_REQUEST = 400
_ALL_SESSIONS = 253_402_300_800_000
"""last-updated-time of a request for every session: the first instant of the year 10000."""

_LONG, _TIMESTAMP, _STRING = 0x81, 0x83, 0xB1
_MAX_PEEK_BYTES = 1_048_576

Answer = tuple[int, Map]


class ManagementSink:
    """Answers the requests of one client about one queue."""

    def __init__(self, channel: Channel, path: str, queue: Queue) -> None:
        self._channel = channel
        self._path = path
        self._queue = queue
        self._operations: dict[str, Callable[[Request, str | None], Answer]] = {
            "renew-lock": self._renew_lock,
            "update-disposition": self._update_disposition,
            "receive-by-sequence-number": self._receive_by_sequence_number,
            "peek-message": self._peek_message,
            "schedule-message": self._schedule_message,
            "cancel-scheduled-message": self._cancel_scheduled_message,
            "get-session-state": self._get_session_state,
            "set-session-state": self._set_session_state,
            "renew-session-lock": self._renew_session_lock,
            "get-message-sessions": self._get_message_sessions,
        }
        # A request may carry messages to schedule beside their frame of maps.
        self.max_bytes = queue.settings.max_message_bytes + 65536

    def take(self, octets: bytes, _message_format: int) -> None:
        """A request; its answer goes to the receiver that it names."""
        content = parse(octets)
        headers = application_properties(content)
        link = self._channel.connection.replies_to(self._channel, self._path, reply_to(content))
        if link is None:
            raise BrokerError("amqp:precondition-failed", "Attach a receiver to $management before asking it.")
        operation = str(headers.get("operation"))
        answer_headers: Map
        try:
            status, body = self._run(operation, headers, Request(value_body(content)))
            answer_headers = {"statusCode": Int(status), "statusDescription": "OK"}
            if status == 204:
                answer_headers["errorCondition"] = Symbol(MESSAGE_NOT_FOUND)
        except (BrokerError, DecodeError) as error:
            condition = error.condition if isinstance(error, BrokerError) else "amqp:decode-error"
            log.warning("refused: %.60s on %r: %s", operation, self._queue.path, error)
            body = {}
            answer_headers = {
                "statusCode": Int(_STATUS.get(condition, _BAD_REQUEST)),
                "statusDescription": str(error),
                "errorCondition": Symbol(condition),
            }
        link.reply(reply(content.message_id, answer_headers, body))

    def _run(self, operation: str, headers: Map, request: Request) -> Answer:
        run = self._operations.get(operation.removeprefix("com.microsoft:"))
        if run is None:
            raise BrokerError("amqp:not-implemented", f"$management does not know {operation!r:.100}.")
        name = headers.get("associated-link-name")
        return run(request, name if isinstance(name, str) else None)

    # Messages

    def _renew_lock(self, request: Request, _link: str | None) -> Answer:
        expirations = tuple(Timestamp(self._queue.locks.renew(token)) for token in request.tokens())
        return 200, {"expirations": Array(_TIMESTAMP, expirations)}

    def _update_disposition(self, request: Request, _link: str | None) -> Answer:
        outcome = _outcome(request)
        for token in request.tokens():
            self._queue.settle(token, outcome)
        return 200, {}

    def _receive_by_sequence_number(self, request: Request, link: str | None) -> Answer:
        lock = request.whole("receiver-settle-mode") == 1
        session_id = request.optional_text("session-id")
        session = None if session_id is None else self._session(session_id, link)
        messages: list[Value] = []
        for message in self._queue.take_deferred(request.sequences(), lock=lock, session=session):
            entry: Map = {"message": message_octets(message, token_inside=True)}
            if message.lock is not None:
                entry["lock-token"] = message.lock.token
            messages.append(entry)
        return 200, {"messages": messages}

    def _peek_message(self, request: Request, _link: str | None) -> Answer:
        first, count = request.whole("from-sequence-number"), request.whole("message-count")
        messages: list[Value] = []
        size = 0
        for message in self._queue.peek(first, count, request.optional_text("session-id")):
            octets = message_octets(message)
            size += len(octets)
            if messages and size > _MAX_PEEK_BYTES:
                break
            messages.append({"message": octets})
        return (200, {"messages": messages}) if messages else (204, {})

    def _schedule_message(self, request: Request, _link: str | None) -> Answer:
        contents = [parse(octets) for octets in request.messages()]
        if any(not isinstance(content.annotations.get(SCHEDULED_FOR), Timestamp) for content in contents):
            raise BrokerError(NOT_ALLOWED, "A message to schedule carries no scheduled enqueue time.")
        sequences = self._queue.send(contents)
        return 200, {"sequence-numbers": Array(_LONG, tuple(Long(number) for number in sequences))}

    def _cancel_scheduled_message(self, request: Request, _link: str | None) -> Answer:
        self._queue.cancel_scheduled(request.sequences())
        return 200, {}

    # Sessions

    def _get_session_state(self, request: Request, link: str | None) -> Answer:
        return 200, {"session-state": self._session(request.text("session-id"), link).state}

    def _set_session_state(self, request: Request, link: str | None) -> Answer:
        session = self._session(request.text("session-id"), link)
        self._queue.session_state(session, request.octets_or_none("session-state"))
        return 200, {}

    def _renew_session_lock(self, request: Request, link: str | None) -> Answer:
        session = self._session(request.text("session-id"), link)
        return 200, {"expiration": Timestamp(self._queue.sessions.renew(session))}

    def _get_message_sessions(self, request: Request, _link: str | None) -> Answer:
        skip, top = request.whole("skip"), request.whole("top")
        updated_since = request.whole("last-updated-time")
        found = [
            session.id
            for session in self._queue.sessions.known()
            if (session.has_active_messages or session.state is not None)
            and (updated_since >= _ALL_SESSIONS or session.state_set_at > updated_since)
        ]
        page = found[skip : skip + top]
        if not page:
            return 204, {}
        return 200, {"skip": Int(skip + len(page)), "sessions-ids": Array(_STRING, tuple(page))}

    def _session(self, session_id: str, link: str | None) -> Session:
        holder = self._channel.connection.consumer(link, session_id)
        return self._queue.sessions.held(session_id, holder)


def _outcome(request: Request) -> Outcome:
    properties = request.properties()
    match request.text("disposition-status"):
        case "completed":
            return Complete()
        case "abandoned":
            return Abandon(properties)
        case "defered":
            return Defer(properties)
        case "suspended":
            reason = request.optional_text("deadletter-reason")
            return DeadLetter(reason, request.optional_text("deadletter-description"), properties)
        case other:
            raise BrokerError("amqp:invalid-field", f"disposition-status {other!r:.60} is not known.")

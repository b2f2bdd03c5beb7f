"""The Service Bus trigger: takes messages from a queue to a function and settles them by its outcome.

Rules (facts 1.4.1 and 1.4.5, `ServiceBusListener.cs`):
* Success with `autoCompleteMessages`: complete. Any failure: abandon, whatever that setting says; in a batch all of it.
  Nothing waits between redeliveries. Dead-lettering after the queue's maximum is the broker's.
* One message at a time per session, in order; the session is left after `sessionIdleTimeout` without a message.
* Cardinality many: one session, and one batch, at a time; no lock is renewed; with sessions, accept, receive, invoke,
  settle, until a receive returns nothing. `maxConcurrentSessions` and `maxAutoLockRenewalDuration` do not apply.
"""

import functools
import logging
from collections.abc import Callable, Sequence
from typing import Final

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.exceptions import OperationTimeoutError

from local.host import message_data
from local.host.crew import Crew, Worker
from local.host.dispatcher import Dispatcher
from local.host.functions import IndexedFunction, QueueTrigger
from local.host.host_json import ServiceBusOptions
from local.host.invocation import Invocation, Outcome, Succeeded, Trace
from local.host.links import Endpoint, Link, told
from local.host.lock_keeper import LockKeeper, delay_before_renewal
from local.host.received import message_data as read
from local.host.received import trace_parent

SPARE_LINKS: Final = 4
SPARE_LINKS_WITHOUT_SESSIONS: Final = 2
_RECEIVE_WAIT: Final = 30.0
_LEAST_TURN: Final = 0.1
_log = logging.getLogger("host.servicebus")


class QueueListener:
    """Everything that listens on one queue for one function."""

    def __init__(
        self,
        function: IndexedFunction,
        trigger: QueueTrigger,
        endpoint: Endpoint,
        dispatcher: Dispatcher,
        options: ServiceBusOptions,
    ) -> None:
        self.function = function
        self._trigger = trigger
        self._endpoint = endpoint
        self._runner = _Runner(function, trigger, dispatcher, options)
        self._options = options
        bound = options.max_concurrent_sessions if trigger.sessions else options.max_concurrent_calls
        name = f"{function.name} on queue {trigger.queue} at {endpoint.namespace}"
        spare = SPARE_LINKS if trigger.sessions else SPARE_LINKS_WITHOUT_SESSIONS
        self.crew = Crew(name, self._hire, 1 if trigger.many else bound, spare, told)

    async def start(self) -> None:
        """Begin to take messages; a broker that is not there is waited for."""
        await self.crew.start()

    async def stop(self) -> None:
        """Take nothing new; returns when what is in hand is settled."""
        await self.crew.stop()

    def _hire(self) -> Worker:
        if self._trigger.sessions:
            return _SessionWorker(self._connect, self._runner, self._options.session_idle, lambda: self.crew.stopping)
        return _QueueWorker(self._connect, self._runner)

    def _connect(self) -> Link:
        return Link(self._endpoint, self._trigger.queue, self._trigger.sessions, self._options.prefetch_count)


class _Runner:
    """Runs the function on messages and settles them."""

    def __init__(
        self, function: IndexedFunction, trigger: QueueTrigger, dispatcher: Dispatcher, options: ServiceBusOptions
    ) -> None:
        self.name = function.name
        self._function = function
        self._binary = trigger.binary
        self.many = trigger.many
        self._dispatcher = dispatcher
        self._options = options
        self.most = options.max_batch if trigger.many else 1

    async def handle(self, link: Link, messages: Sequence[ServiceBusReceivedMessage]) -> None:
        """Invoke and settle.

        Raises:
            ServiceBusError: a message could not be settled; it comes again.
        """
        first = messages[0]
        what = f"session {link.session_id}" if link.session_id is not None else f"message {first.message_id}"
        until = link.locked_until or first.locked_until_utc
        most = 0.0 if self.many else self._options.max_lock_renewal
        async with LockKeeper(functools.partial(link.renew, first), until, most, what):
            outcome = await self._run(messages)
        for message in messages:
            if not isinstance(outcome, Succeeded):
                await link.abandon(message)
            elif self._options.auto_complete:
                await link.complete(message)

    async def _run(self, messages: Sequence[ServiceBusReceivedMessage]) -> Outcome | None:
        try:
            data = [read(message) for message in messages]
        except ValueError as error:
            _log.error("%s failed: %s", self.name, error)
            return None
        trace = Trace.below(trace_parent(data[0]))
        if self.many:
            body = message_data.body_of_many(data, self._binary)
            metadata = message_data.metadata_of_many(data)
        else:
            body = message_data.body_of_one(data[0], self._binary)
            metadata = message_data.metadata_of_one(data[0])
        return await self._dispatcher.run(Invocation(self._function, body, metadata, trace))


class _Linked:
    """A worker's link, which is replaced where work on it failed: what failed may have been the lock or the broker.

    The message is then neither completed nor abandoned and comes again. If the broker is away, the next wait tells.
    """

    def __init__(self, connect: Callable[[], Link], runner: _Runner) -> None:
        self._connect = connect
        self.runner = runner
        self.link = connect()

    async def replace(self, error: Exception) -> None:
        """Say so in one line, and go on with another link."""
        session = self.link.session_id
        where = "a message" if session is None else f"session {session}"
        _log.warning("%s lost %s, which will be taken again: %s", self.runner.name, where, " ".join(str(error).split()))
        await self.link.close()
        self.link = self._connect()

    async def close(self) -> None:
        """Give up the link."""
        await self.link.close()


class _SessionWorker(_Linked):
    """Accepts a session, empties it, leaves it. `idle` in seconds."""

    def __init__(self, connect: Callable[[], Link], runner: _Runner, idle: float, stopping: Callable[[], bool]) -> None:
        super().__init__(connect, runner)
        self._idle = idle
        self._stopping = stopping

    async def wait(self) -> bool:
        try:
            await self.link.open()
        except OperationTimeoutError:
            # no session had a message; the broker has ended this attach, the next one needs a new connection
            return False
        return True

    async def work(self) -> None:
        try:
            while not self._stopping():
                messages = await self._next()
                if not messages:
                    break
                await self.runner.handle(self.link, messages)
            await self.link.leave()
        except Exception as error:  # the SDK raises more than ServiceBusError when a connection breaks
            await self.replace(error)

    async def _next(self) -> Sequence[ServiceBusReceivedMessage]:
        """What comes within the idle time. The lock is kept while waiting, between receives: one thing at a time."""
        left = self._idle
        while True:
            remaining = self.link.lock_remaining
            turn = left if self.runner.many else min(left, max(delay_before_renewal(remaining), _LEAST_TURN))
            messages = await self.link.receive(self.runner.most, turn)
            left -= turn
            if messages or left <= 0:
                return messages
            await self.link.renew()


class _QueueWorker(_Linked):
    """Takes one message, or one batch, at a time from a queue without sessions."""

    def __init__(self, connect: Callable[[], Link], runner: _Runner) -> None:
        super().__init__(connect, runner)
        self._messages: Sequence[ServiceBusReceivedMessage] = ()

    async def wait(self) -> bool:
        await self.link.open()
        self._messages = await self.link.receive(self.runner.most, _RECEIVE_WAIT)
        return bool(self._messages)

    async def work(self) -> None:
        try:
            await self.runner.handle(self.link, self._messages)
        except Exception as error:  # as above
            await self.replace(error)

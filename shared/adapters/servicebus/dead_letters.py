"""The dead letters of the queue: those of one session are removed, all others are put back unread.

A dead-letter queue has no sessions: whoever looks for some messages has to take all of them in their order. Each is
locked while it is looked at and let go at the end, so that none is looked at twice in one pass.
"""

from __future__ import annotations

from azure.servicebus import ServiceBusReceivedMessage, ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient

_AT_ONCE = 100
_MOST = 1000
_WAIT_SECONDS = 2.0


async def remove_dead_letters(client: ServiceBusClient, queue: str, session: str) -> int:
    """Remove the dead letters of a session among the first thousand; return how many. Raises the SDK's errors."""
    receiver = client.get_queue_receiver(queue, sub_queue=ServiceBusSubQueue.DEAD_LETTER)
    async with receiver:
        others: list[ServiceBusReceivedMessage] = []
        removed = 0
        while len(others) + removed < _MOST:
            found = await receiver.receive_messages(_AT_ONCE, max_wait_time=_WAIT_SECONDS)
            if not found:
                break
            for message in found:
                if message.session_id == session:
                    await receiver.complete_message(message)
                    removed += 1
                else:
                    others.append(message)
        for message in others:
            await receiver.abandon_message(message)
        return removed

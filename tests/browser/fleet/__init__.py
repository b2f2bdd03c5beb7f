"""A stack that knows thousands of resources: rows as the app writes them, of mailboxes that do not exist."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from shared.adapters.tables.rows import body
from shared.adapters.tables.tables import Act, Operation, Tables
from shared.domain.booking import ResourceFacts
from shared.domain.ids import MailboxId, ResourceId
from shared.domain.policy import Policy
from shared.domain.resource import Resource, State
from tests.integration.loop.driving.stack import Stack

MANY = 5000
_STATES = [State.IN_STEP] * 6 + [State.BEHIND, State.HELD, State.FAILING, State.PAUSED]
_WHY = {
    State.HELD: "24 steps wait for approval: 24 bookings would be cancelled at once; the policy allows 20",
    State.FAILING: "1 change could not be settled",
    State.BEHIND: "1 change is tried again: Graph answered 503",
    State.PAUSED: "paused by a person; nothing is written",
}
_AT_ONCE = 20


async def fill(stack: Stack) -> None:
    """Write the rows of ``MANY`` resources into the table that lists read."""
    tables = Tables.from_connection_string(stack.described["tables"])
    tenant = stack.app_settings()["LOCKSTEP_TENANT"]
    rows = [{"PartitionKey": tenant, "RowKey": f"r|{each.id}", **body(each)} for each in _many(tenant)]
    try:
        await tables.ensure_tables(("resources",))
        for first in range(0, MANY, _AT_ONCE):
            some = [Operation(Act.UPSERT, row) for row in rows[first : first + _AT_ONCE]]
            await tables.table("resources").transact(some)
    finally:
        await tables.close()


def _many(tenant: str) -> Iterator[Resource]:
    now = datetime.now(UTC)
    for number in range(MANY):
        facts = ResourceFacts(name=f"Room {number:04}", kind="room", building=f"Building {number % 40}", floor="2")
        yield Resource(
            ResourceId(f"{tenant}.01K0000000000000000000{number:04}"),
            MailboxId(f"mailbox-{number}"),
            None,
            facts=facts,
            policy=Policy(sweep_minutes=1440),
            address=f"room.{number:04}@contoso.example",
            state=_STATES[number % len(_STATES)],
            why=_WHY.get(_STATES[number % len(_STATES)], ""),
            last_look=now - timedelta(minutes=number % 60),
            last_change=now - timedelta(minutes=7 * number % 600),
            last_latency=0.2 + number % 9 / 10,
            proven_at=now - timedelta(hours=number % 24),
        )

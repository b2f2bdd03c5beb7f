"""Everything outside that a use case may need, as one value. Composition builds it; tests fill it with doubles."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.ids import TenantId
from shared.ports.calendar import Calendar, MailboxDirectory, Subscriptions
from shared.ports.connector import Connector
from shared.ports.ledgers import Clock, Ledgers, Resources, Secrets, Wakeups


@dataclass(frozen=True)
class Outside:
    """The ports of one tenant. ``notification_url`` is the public base URL of this app, without a slash at its end."""

    tenant: TenantId
    notification_url: str
    calendar: Calendar
    directory: MailboxDirectory
    subscriptions: Subscriptions
    platform: Connector
    ledgers: Ledgers
    resources: Resources
    secrets: Secrets
    wakeups: Wakeups
    clock: Clock

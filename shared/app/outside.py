"""Everything outside that a use case may need, as one value. Composition builds it; tests fill it with doubles."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.domain.ceiling import Ceiling
from shared.domain.ids import TenantId
from shared.domain.lapses import Lapse
from shared.domain.retention import Retention
from shared.ports.acts import Acts
from shared.ports.calendar import Calendar, MailboxDirectory, Subscriptions
from shared.ports.connector import Connector
from shared.ports.door import ReleasesDesk
from shared.ports.holidays import Holidays
from shared.ports.inspection import Inspection
from shared.ports.latencies import Latencies
from shared.ports.ledgers import Clock, Ledgers, Resources, Secrets, Wakeups
from shared.ports.meetings import Meetings
from shared.ports.panels import Panels
from shared.ports.people import Mail, People, Roster
from shared.ports.personal import PersonalRecords
from shared.ports.telemetry import SILENT, Telemetry


@dataclass(frozen=True)
class Outside:
    """The ports of one tenant. ``notification_url`` is the public base URL of this app, without a slash at its end;
    empty where it has none. ``read_only``: both sides are read and nothing is written to either.

    ``mail`` is None where no mailbox for mails of ours is set, ``roster`` where the directory is not followed.
    Without ``meetings`` the rooms of one meeting see each other's calendars only.
    ``lapses`` is what has a last day, the soonest first. ``retention`` is how long what happened is told.
    ``canary`` names the test resource on which canaries fly, by its mailbox's address or its id; empty: none do.
    ``language`` is the one in which people are written to whose own is not known; empty: English.
    ``releases`` tells what was given back because nobody checked in; None where the platform cannot be asked.
    """

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
    mail: Mail | None = None
    people: People | None = None
    roster: Roster | None = None
    ceiling: Ceiling | None = None
    meetings: Meetings | None = None
    inspection: Inspection | None = None
    read_only: bool = False
    telemetry: Telemetry = SILENT
    lapses: tuple[Lapse, ...] = ()
    acts: Acts | None = None
    retention: Retention = field(default_factory=Retention)
    personal: PersonalRecords | None = None
    canary: str = ""
    panels: Panels | None = None
    holidays: Holidays | None = None
    latencies: Latencies | None = None
    language: str = ""
    releases: ReleasesDesk | None = None

    @property
    def is_notified(self) -> bool:
        """Whether both sides can be asked to notify this app; without, everything is found by sweep."""
        return bool(self.notification_url) and not self.read_only

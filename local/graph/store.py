"""The state of the simulated tenant: mailboxes, events, change logs, outbox, subscriptions.

Its rule: every change goes through a `put_…`, `add_…` or `drop_…` method, which writes the journal (where
there is one) before it returns, so that a simulator that was killed starts again with what it had answered.
It decides nothing.
"""

from __future__ import annotations

import secrets
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from local.graph.journal import Journal
from local.graph.values import (
    Change,
    ChangeType,
    Delivery,
    DirectoryChange,
    Event,
    EventId,
    Mail,
    Mailbox,
    MailboxId,
    Subscription,
)

Listener = Callable[[Change], None]
DirectoryListener = Callable[[DirectoryChange], None]


class Store:
    """All state in memory, journaled when a journal is given. One process, one event loop, no locks."""

    def __init__(self, journal: Journal | None = None) -> None:
        self.journal = journal
        self.listeners: list[Listener] = []
        self.directory_listeners: list[DirectoryListener] = []
        self.clock_offset = timedelta(0)
        self.tenant_id = str(uuid.uuid4())
        self._clear()
        if journal is not None:
            for kind, value in journal.replay():
                self._restore(kind, value)

    def _clear(self) -> None:
        self.mailboxes: dict[MailboxId, Mailbox] = {}
        self.directory_log: list[DirectoryChange] = []
        self.outbox: list[Mail] = []
        self.subscriptions: dict[str, Subscription] = {}
        self.transactions: dict[tuple[MailboxId, str], tuple[EventId, str]] = {}
        self.deliveries: dict[int, Delivery] = {}
        self.last_delivery = 0
        self.generations: dict[MailboxId, int] = {}
        self._names: dict[str, MailboxId] = {}
        self._events: dict[EventId, Event] = {}
        self._owned: dict[MailboxId, dict[EventId, Event]] = {}
        self._by_uid: dict[tuple[MailboxId, str], EventId] = {}
        self._exceptions: dict[EventId, dict[date, EventId]] = {}
        self._changes: dict[MailboxId, list[Change]] = {}

    # -- time and ids

    def now(self) -> datetime:
        """The simulator's clock: real UTC time plus the offset set by `/sim/settings`."""
        return datetime.now(UTC) + self.clock_offset

    def new_change_key(self) -> str:
        """A fresh change key; every write has its own (facts 3.1)."""
        return urlsafe_b64encode(secrets.token_bytes(15)).decode() + "=="

    # -- mailboxes

    def reset(self) -> None:
        """Forget everything, the journal included, but the tenant's id: an emptied tenant is still the same one."""
        self._clear()
        if self.journal is not None:
            self.journal.truncate()
            self.journal.write("tenant", self.tenant_id)

    def find_mailbox(self, name: str) -> Mailbox | None:
        """The mailbox of an object id, UPN, address or alias, compared without case."""
        found = self._names.get(name.lower())
        return self.mailboxes.get(found) if found else None

    def put_mailbox(self, mailbox: Mailbox) -> None:
        """Create or change a mailbox and write the directory's change log (facts 2.6)."""
        self._journal("mailbox", mailbox)
        self._apply_mailbox(mailbox)
        kind = "deleted" if mailbox.state == "deleted" else "updated"
        change = DirectoryChange(len(self.directory_log) + 1, mailbox.id, kind, self.now())  # type: ignore[arg-type]  # the two literals
        self._journal("directory", change)
        self.directory_log.append(change)
        for listener in self.directory_listeners:
            listener(change)

    def _apply_mailbox(self, mailbox: Mailbox) -> None:
        old = self.mailboxes.get(mailbox.id)
        for name in (old.upn, *old.aliases) if old else ():
            self._names.pop(name.lower(), None)
        self.mailboxes[mailbox.id] = mailbox
        for name in (mailbox.id, mailbox.upn, *mailbox.aliases):
            self._names[name.lower()] = mailbox.id

    # -- events

    def event(self, event_id: EventId) -> Event | None:
        """A stored event by its immutable id, Deleted Items included."""
        return self._events.get(event_id)

    def events_of(self, mailbox: MailboxId) -> Iterator[Event]:
        """What stands in the calendar: single events, masters and exceptions, oldest creation first."""
        return (event for event in self._owned.get(mailbox, {}).values() if event.stored == "calendar")

    def copy_of(self, mailbox: MailboxId, uid: str) -> Event | None:
        """The copy in this mailbox of the meeting with that iCalUId, where it is (still) in the calendar."""
        found = self._by_uid.get((mailbox, uid))
        event = self._events.get(found) if found else None
        return event if event is not None and event.stored == "calendar" else None

    def exceptions_of(self, master: EventId) -> dict[date, Event]:
        """The modified occurrences of a series that stand in the calendar, by original date."""
        found = self._exceptions.get(master, {})
        events = {day: self._events[event_id] for day, event_id in found.items()}
        return {day: event for day, event in events.items() if event.stored == "calendar"}

    def put_event(self, event: Event, change: ChangeType, gone: tuple[date, ...] = ()) -> Event:
        """Store a new version with a new change key, log the change (against the master for an exception),
        tell listeners.
        """
        now = self.now()
        stamped = replace(event, change_key=self.new_change_key(), modified=now)
        self._journal("event", stamped)
        self._apply_event(stamped)
        if stamped.series_master is not None:
            self._touch_master(stamped.series_master, gone)
        else:
            self._log(stamped.mailbox, stamped.id, change, gone)
        return stamped

    def _touch_master(self, master_id: EventId, gone: tuple[date, ...]) -> None:
        master = self._events.get(master_id)
        if master is not None:
            self.put_event(master, "updated", gone)

    def _apply_event(self, event: Event) -> None:
        self._events[event.id] = event
        self._owned.setdefault(event.mailbox, {})[event.id] = event
        if event.series_master is not None and event.original_date is not None:
            self._exceptions.setdefault(event.series_master, {})[event.original_date] = event.id
        elif event.stored == "calendar":
            self._by_uid[event.mailbox, event.uid] = event.id
        elif self._by_uid.get((event.mailbox, event.uid)) == event.id:
            del self._by_uid[event.mailbox, event.uid]

    def drop_event(self, event_id: EventId) -> None:
        """Remove an event for good (permanentDelete, an emptied Deleted Items): its id answers 404
        afterwards.
        """
        event = self._events.get(event_id)
        if event is None:
            return
        self._journal("drop", event_id)
        self._apply_drop(event_id)
        if event.stored == "calendar" and event.series_master is None:
            self._log(event.mailbox, event.id, "deleted", ())

    def _apply_drop(self, event_id: EventId) -> None:
        event = self._events.pop(event_id)
        self._owned[event.mailbox].pop(event_id, None)
        if self._by_uid.get((event.mailbox, event.uid)) == event_id:
            del self._by_uid[event.mailbox, event.uid]
        if event.series_master is not None and event.original_date is not None:
            self._exceptions.get(event.series_master, {}).pop(event.original_date, None)

    def forget_exception(self, event: Event) -> None:
        """Remove a modified occurrence without a change of its own: the series' own change follows."""
        self._journal("drop", event.id)
        self._apply_drop(event.id)

    def put_transaction(self, mailbox: MailboxId, transaction_id: str, event_id: EventId, digest: str) -> None:
        """Remember which create a transactionId stood for (facts 3.2)."""
        self._journal("transaction", [mailbox, transaction_id, event_id, digest])
        self.transactions[mailbox, transaction_id] = (event_id, digest)

    # -- change log

    def last_seq(self, mailbox: MailboxId) -> int:
        """The number of changes this mailbox has seen."""
        return len(self._changes.get(mailbox, ()))

    def changes_since(self, mailbox: MailboxId, seq: int) -> list[Change]:
        """The changes after that number, oldest first."""
        return self._changes.get(mailbox, [])[seq:]

    def _log(self, mailbox: MailboxId, event: EventId, kind: ChangeType, gone: tuple[date, ...]) -> None:
        log = self._changes.setdefault(mailbox, [])
        change = Change(len(log) + 1, mailbox, event, kind, self.now(), gone)
        self._journal("change", change)
        log.append(change)
        for listener in self.listeners:
            listener(change)

    def expire_tokens(self, mailbox: MailboxId) -> None:
        """Evict the sync states of a mailbox: all delta tokens handed out so far answer 410 (facts 2.5)."""
        self.generations[mailbox] = self.generations.get(mailbox, 0) + 1
        self._journal("generation", [mailbox, self.generations[mailbox]])

    # -- mails and subscriptions

    def add_mail(self, sender: str, to: tuple[str, ...], kind: str, subject: str, **more: Any) -> Mail:
        """Put a mail into the outbox (`event` and `body` as keywords) and return it."""
        mail = Mail(len(self.outbox) + 1, sender, to, kind, subject, self.now(), **more)
        self._journal("mail", mail)
        self.outbox.append(mail)
        return mail

    def add_delivery(self, delivery: Delivery) -> Delivery:
        """Note a meeting mail before it is on its way; it gets the next number."""
        self.last_delivery += 1
        numbered = replace(delivery, seq=self.last_delivery)
        self._journal("delivery", numbered)
        self.deliveries[numbered.seq] = numbered
        return numbered

    def end_delivery(self, seq: int) -> None:
        """A meeting mail has arrived."""
        if self.deliveries.pop(seq, None) is not None:
            self._journal("delivered", seq)

    def put_subscription(self, subscription: Subscription) -> None:
        """Create or change a subscription."""
        self._journal("subscription", subscription)
        self.subscriptions[subscription.id] = subscription

    def drop_subscription(self, subscription_id: str) -> None:
        """Remove a subscription; unknown ids are ignored."""
        if self.subscriptions.pop(subscription_id, None) is not None:
            self._journal("unsubscribe", subscription_id)

    # -- journal

    def _journal(self, kind: str, value: object) -> None:
        if self.journal is not None:
            self.journal.write(kind, value)

    def _restore(self, kind: str, value: Any) -> None:
        match kind:
            case "tenant":
                self.tenant_id = value
            case "mailbox":
                self._apply_mailbox(value)
            case "directory":
                self.directory_log.append(value)
            case "event":
                self._apply_event(value)
            case "drop":
                self._apply_drop(EventId(value))
            case "change":
                self._changes.setdefault(value.mailbox, []).append(value)
            case "mail":
                self.outbox.append(value)
            case "delivery":
                self.deliveries[value.seq] = value
                self.last_delivery = value.seq
            case "delivered":
                self.deliveries.pop(value, None)
            case "subscription":
                self.subscriptions[value.id] = value
            case "unsubscribe":
                self.subscriptions.pop(value, None)
            case "transaction":
                self.transactions[MailboxId(value[0]), value[1]] = (EventId(value[2]), value[3])
            case "generation":
                self.generations[MailboxId(value[0])] = value[1]

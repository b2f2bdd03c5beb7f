"""The booking attendant of the calendar double: what becomes of requests in the rooms that they name.

A request is answered at once where the room attends, else when ``answer`` is called for its room. A room whose
time is taken declines, and takes away what an earlier acceptance had put there; a new time asks anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.booking import Answer, Occupancy, Person, ShowAs, occupancy
from shared.domain.ids import EventId, MailboxId
from shared.domain.spans import When, occupied
from tests.doubles.mailboxes import Box, RoomAnswer, StoredEvent

_A_MOMENT = timedelta(milliseconds=1)


class Attendant:
    """The attendants of all rooms of one double."""

    def __init__(
        self, boxes: dict[MailboxId, Box], clock: Callable[[], datetime], new_id: Callable[[], EventId]
    ) -> None:
        self._boxes = boxes
        self._clock = clock
        self._new_id = new_id

    def asked(self, mailbox: MailboxId, event: StoredEvent) -> None:
        """Deliver a request, an update or a cancellation to the rooms that the event names."""
        rooms = [room for room in self._boxes.values() if room.owner and room.owner.address in event.rooms]
        anew = {_address(room) for room in rooms if not _has(room, event)}
        if anew and not event.deleted:
            kept = tuple(each for each in event.answers if each.room not in anew)
            self._boxes[mailbox].put(replace(event, answers=kept))
        for room in rooms:
            room.requests.append(event)
            if room.attends:
                self.answer(room)
            elif room.shows_requests and not event.deleted:
                self._show_request(room, event)

    def asked_series(self, mailbox: MailboxId, events: Sequence[StoredEvent]) -> None:
        """Deliver the request of a whole series: one time that is taken has the room decline all of it.

        Where the room ``takes_parts``, as with a ``ConflictPercentageAllowed``, it declines that occurrence alone.
        """
        for room in self._boxes.values():
            wanted = [event for event in events if room.owner and room.owner.address in event.rooms]
            self._forget_old_places(room, wanted)
            taken = [event for event in wanted if not is_free(room, event.when, _copy(room, event))]
            if taken and not room.takes_parts and room.attends:
                self._decline_all(mailbox, room, wanted)
            else:
                for event in wanted:
                    self.asked(mailbox, event)

    def _forget_old_places(self, room: Box, events: Sequence[StoredEvent]) -> None:
        """Take what the series has no more out of the room's copy of it: the copy follows the rule."""
        series = {event.ical_uid for event in events}
        places = {(event.ical_uid, event.original_start) for event in events}
        for copy in [each for each in room.standing() if each.ical_uid in series]:
            if (copy.ical_uid, copy.original_start) not in places:
                del room.events[copy.id]
                room.log.append(copy.master or copy.id)

    def _decline_all(self, mailbox: MailboxId, room: Box, events: Sequence[StoredEvent]) -> None:
        given = RoomAnswer(_address(room), Answer.DECLINED, self._clock() + _A_MOMENT)
        for copy in [each for each in room.standing() if any(each.ical_uid == event.ical_uid for event in events)]:
            self._take_away(room, copy, Answer.DECLINED)
        for event in events:
            self._boxes[mailbox].put(replace(self._boxes[mailbox].events[event.id], answers=(given,)), of_a_whole=True)

    def left_out(self, event: StoredEvent, address: str) -> None:
        """Deliver the cancellation that a room gets when it is taken out of a meeting."""
        for room in self._boxes.values():
            if room.owner and room.owner.address == address:
                room.requests = [each for each in room.requests if not _is_of(each, event)]
                self._take_away(room, _copy(room, event))

    def answer(self, room: Box, *, refuse: bool = False) -> None:
        """Answer what was asked of a room: accepted where it is free, else (or when told to ``refuse``) declined."""
        asked, room.requests = room.requests, []
        for event in asked:
            copy = _copy(room, event)
            if event.deleted:
                self._take_away(room, copy)
            elif copy is not None and _has(room, event):
                room.put(copy)
            elif refuse or not is_free(room, event.when, copy):
                self._take_away(room, copy, Answer.DECLINED)
                self._tell(room, event, Answer.DECLINED)
            else:
                self._accept(room, event, copy)
                self._tell(room, event, Answer.ACCEPTED)

    def withdraw(self, room: Box, ical_uid: str, start: datetime | None = None) -> None:
        """Decline, for the room, a meeting or an occurrence that it had accepted; its organiser is told."""
        copy = next(each for each in room.standing() if (each.ical_uid, each.original_start) == (ical_uid, start))
        self._take_away(room, copy, Answer.DECLINED)
        for box in self._boxes.values():
            for event in [e for e in box.standing() if _is_of(e, copy) and e.is_organiser]:
                self._tell(room, event, Answer.DECLINED)

    def _show_request(self, room: Box, event: StoredEvent) -> None:
        """Put what a delegate has still to answer into the calendar, as tentative."""
        copy = _copy(room, event)
        if not _has(room, event):
            self._accept(room, event, copy)
            stored = next(each for each in room.standing() if _is_of(each, event))
            room.put(replace(stored, answer=Answer.NOT_RESPONDED, show_as=ShowAs.TENTATIVE))

    def _accept(self, room: Box, event: StoredEvent, copy: StoredEvent | None) -> None:
        organiser = self._organiser(event)
        master = EventId(f"{event.master}-{_address(room).partition('@')[0]}") if event.master else None
        made = copy or replace(
            event, id=self._new_id(), master=master, is_organiser=False, transaction=None, organiser=organiser,
            title=organiser.name, private=False, created=self._clock(),
        )  # fmt: skip
        accepted = replace(made, answer=Answer.ACCEPTED, show_as=ShowAs.BUSY, cancelled=False, deleted=False)
        room.put(replace(accepted, when=event.when, rooms=event.rooms, answers=()))

    def _take_away(self, room: Box, copy: StoredEvent | None, answer: Answer | None = None) -> None:
        if copy is None:
            return
        if answer is None and not room.removes_cancelled:
            room.put(replace(copy, cancelled=True, show_as=ShowAs.FREE))
        else:
            room.put(replace(copy, deleted=True, answer=answer or copy.answer))

    def _tell(self, room: Box, event: StoredEvent, answer: Answer) -> None:
        box = self._box_of(event)
        now = box.events[event.id]
        if now.deleted or now.when != event.when:
            return
        given = RoomAnswer(_address(room), answer, self._clock() + _A_MOMENT)
        others = tuple(each for each in now.answers if each.room != given.room)
        box.put(replace(now, answers=(*others, given)))

    def _organiser(self, event: StoredEvent) -> Person:
        owner = self._box_of(event).owner
        assert owner is not None, "a mailbox that invites rooms needs an owner"
        return owner

    def _box_of(self, event: StoredEvent) -> Box:
        return next(box for box in self._boxes.values() if event.id in box.events)


def _address(room: Box) -> str:
    assert room.owner is not None
    return room.owner.address


def _copy(room: Box, event: StoredEvent) -> StoredEvent | None:
    """Return the room's copy of a meeting, a cancelled one included: it is revived when the room is asked again."""
    return next((each for each in room.standing() if _is_of(each, event)), None)


def _is_of(copy: StoredEvent, event: StoredEvent) -> bool:
    """Tell whether two events are copies of one meeting, or of one occurrence of a series."""
    return (copy.ical_uid, copy.original_start) == (event.ical_uid, event.original_start)


def _has(room: Box, event: StoredEvent) -> bool:
    """Tell whether the room has accepted the meeting at its present time."""
    copy = _copy(room, event)
    return copy is not None and not copy.cancelled and copy.when == event.when and copy.answer is Answer.ACCEPTED


def is_free(box: Box, when: When, but: StoredEvent | None) -> bool:
    """Tell whether nothing takes the room at that time, one event left out."""
    wanted = occupied(when, box.zone)
    others = (event for event in box.standing() if but is None or event.id != but.id)
    # The attendant knows nothing of categories: a buffer counts by how it is shown.
    shown = (replace(event, is_buffer=False) for event in others)
    taking = (event for event in shown if occupancy(event.item()) is Occupancy.TAKES)
    return not any(occupied(event.when, box.zone).overlaps(wanted) for event in taking)

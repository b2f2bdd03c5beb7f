"""What may be set while the simulator runs (`PATCH /sim/settings`); the defaults are the documented
behaviour.

Where the documents are silent the default is what is harder for a client.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal


@dataclass
class Settings:
    """Durations in the unit their name ends with.

    `latency_ms`: service time of a mailbox request. `mail_delay_ms`: between an organizer's write and its
    arrival in the attendees' mailboxes. `burst_room`, `burst_person`: additional `updated` notifications
    after a created, updated, deleted one (observed for rooms, facts 1.4). `occurrence_removals`: whether
    delta emits `@removed` for a cancelled single occurrence (unknown, facts 2.2). `delete_sends_decline`:
    whether DELETE on an attendee's copy tells the organizer (silent, facts 3.4). `clock_offset_s`: how far
    the simulator's clock is ahead of the real one. `group_calendars`: whether an application may read the
    calendar of a Microsoft 365 group (silent; refused).
    """

    latency_ms: int = 5
    mail_delay_ms: int = 20
    notification_delay_ms: int = 5
    burst_spacing_ms: int = 15
    burst_room: tuple[int, ...] = (3, 2, 2)
    burst_person: tuple[int, ...] = (0, 0, 0)
    retry_base_s: float = 2.0
    retry_limit_s: float = 4 * 3600.0
    host_health: bool = True
    occurrence_removals: bool = False
    empty_first_page: bool = True
    delta_page_size: int = 10
    delete_sends_decline: bool = False
    concurrency_per_mailbox: int = 4
    requests_per_mailbox: int = 10_000
    expiry_check_s: float = 1.0
    reauthorize_before_s: float = 1800.0
    clock_offset_s: float = 0.0
    group_calendars: bool = False
    auth: Literal["required", "off"] = "required"

    def changed(self, body: Mapping[str, Any]) -> Settings:
        """The settings with what the body names (snake or camel case); ValueError names what is not known."""
        known = {field.name.replace("_", ""): field.name for field in fields(self)}
        given: dict[str, Any] = {}
        for name, value in body.items():
            target = known.get(name.lower().replace("_", ""))
            if target is None:
                raise ValueError(f"'{name}' is no setting; known are {', '.join(known.values())}.")
            given[target] = tuple(value) if isinstance(value, list) else value
        return replace(self, **given)

    def shown(self) -> dict[str, Any]:
        """The settings as `/sim/settings` answers."""
        return asdict(self)

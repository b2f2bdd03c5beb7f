"""The filter by which a source asks for a session, and by which its answer names the one that was given."""

from __future__ import annotations

from local.servicebus.amqp.types import Described, Symbol, Value
from local.servicebus.broker.message import BrokerError

_SESSION = "com.microsoft:session-filter"
_FILTER = 7
"""Where filters stand among the fields of a source."""


def session_filter(source: Described | None) -> tuple[bool, str | None]:
    """Whether a source asks for a session, and for which; None is the next available one."""
    fields = source.value if source is not None and isinstance(source.value, list) else []
    filters = fields[_FILTER] if len(fields) > _FILTER else None
    if not isinstance(filters, dict) or _SESSION not in filters:
        return False, None
    wanted = filters[_SESSION]
    if isinstance(wanted, Described):
        wanted = wanted.value
    if wanted is not None and not isinstance(wanted, str):
        raise BrokerError("amqp:invalid-field", "A session filter is a string or null.")
    return True, wanted


def with_session(source: Described | None, session_id: str) -> Described | None:
    """The source of an answer: the filter names the session that was given."""
    if source is None or not isinstance(source.value, list):
        return source
    fields = list(source.value)
    filters = fields[_FILTER]
    if isinstance(filters, dict):
        wanted = filters[_SESSION]
        chosen: Value = Described(wanted.descriptor, session_id) if isinstance(wanted, Described) else session_id
        fields[_FILTER] = {**filters, Symbol(_SESSION): chosen}
    return Described(source.descriptor, fields)

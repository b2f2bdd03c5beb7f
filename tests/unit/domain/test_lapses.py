"""What has a last day is listed with it and warned of 60, 30 and 7 days before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.domain.ids import TenantId
from shared.domain.lapses import Lapse, LapseKind, declared, of_tenant
from shared.settings import BadSettings, read_settings
from tests.unit.graph_adapter.certificates import certificate

NOW = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
SECRET = Lapse(LapseKind.SECRET, "Graph", date(2026, 11, 23))

WARNINGS = [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (1, 7), (0, 7), (-3, 7)]


@pytest.mark.parametrize(("left", "warning"), WARNINGS, ids=[f"{left} days left" for left, _ in WARNINGS])
def test_people_are_warned_with(left: int, warning: int | None) -> None:
    lapse = replace(SECRET, on=NOW.date() + timedelta(days=left))
    assert (lapse.days_left(NOW), lapse.warning(NOW)) == (left, warning)


def test_what_has_no_day_that_anybody_knows_is_never_warned_of_and_still_listed() -> None:
    unknown = replace(SECRET, on=None)
    assert (unknown.days_left(NOW), unknown.warning(NOW)) == (None, None)
    assert of_tenant((unknown,), TenantId("t")) == (unknown,)


def test_the_soonest_comes_first_and_other_tenants_are_not_shown() -> None:
    later = replace(SECRET, name="later", on=date(2027, 5, 1))
    theirs = replace(SECRET, name="theirs", tenant=TenantId("other"))
    unknown = replace(SECRET, name="unknown", on=None)
    assert of_tenant((unknown, later, theirs, SECRET), TenantId("t")) == (SECRET, later, unknown)


def test_what_somebody_wrote_down_is_read() -> None:
    text = '[{"kind": "panel_token", "name": "Panel in the lobby", "on": "2027-03-31", "tenant": "T"}]'
    assert declared(text) == (
        (Lapse(LapseKind.PANEL_TOKEN, "Panel in the lobby", date(2027, 3, 31), TenantId("t")),), []
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is no JSON"),
        ("{}", "is no list"),
        ('[{"kind": "moon", "name": "x", "on": "2027-01-01"}]', "entry 1 of LOCKSTEP_LAPSES has no kind of"),
        ('[{"kind": "secret", "name": "", "on": "2027-01-01"}]', "has no name"),
        ('[{"kind": "secret", "name": "a@b.c", "on": "2027-01-01"}]', "without an address"),
        ('[{"kind": "secret", "name": "x", "on": "soon"}]', "has no day"),
        ('[{"kind": "secret", "name": "x"}]', "has no day"),
        ('[{"kind": "secret", "name": "x", "on": "2027-01-01", "value": "s3cret"}]', "has fields beside"),
    ],
)
def test_a_mistake_is_named_and_no_value_is_shown(text: str, says: str) -> None:
    lapses, mistakes = declared(text)
    assert lapses == ()
    assert says in mistakes[0]
    assert "s3cret" not in mistakes[0]


def test_a_mistake_stops_the_app_like_any_other_bad_setting() -> None:
    with pytest.raises(BadSettings, match="LOCKSTEP_LAPSES is no JSON"):
        read_settings({"LOCKSTEP_LAPSES": "{"})


def test_a_certificate_tells_its_own_day() -> None:
    from shared.adapters.graph.certificate import last_day

    before = datetime.now(UTC)
    found = last_day(certificate())
    # It is valid for a day from when it was made, which may be on either side of midnight.
    assert found in {(each + timedelta(days=1)).date() for each in (before, datetime.now(UTC))}
    assert last_day(b"no certificate") is None

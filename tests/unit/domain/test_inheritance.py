"""Where settings come from: each level overrules the one before it, and a resource's own overrule all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from shared.domain.booking import ResourceFacts
from shared.domain.ids import MailboxId, PlatformId, ResourceId
from shared.domain.inheritance import Level, Scope, ScopeSettings, amended, origins, own_of, problems, settled
from shared.domain.policy import Policy, Winner
from shared.domain.resource import Resource

ROOM = Resource(
    ResourceId("contoso.01M7W2Y7M279F4GGQTPGMFFRM2"),
    MailboxId("mailbox"),
    PlatformId("matterhorn"),
    ResourceFacts(name="Matterhorn", building="Zurich HQ", kind="room"),
    own=(),
)


def given(level: Level, name: str = "", **settings: str | int | bool | None) -> ScopeSettings:
    return ScopeSettings(Scope(level, name), settings)


TENANT = given(Level.TENANT, buffer_minutes=5, winner="platform", titles="busy")
BUILDING = given(Level.BUILDING, "zurich hq", buffer_minutes=10, winner="calendar")
KIND = given(Level.KIND, "ROOM", buffer_minutes=15)
ELSEWHERE = given(Level.BUILDING, "Geneva", buffer_minutes=60, titles="full")
ALL = (KIND, ELSEWHERE, TENANT, BUILDING)


def test_each_level_overrules_the_one_before_it() -> None:
    found = settled(ROOM, ALL).policy
    assert (found.buffer_minutes, found.winner, found.titles) == (15, Winner.CALENDAR, "busy")


def test_a_resources_own_settings_overrule_all_others() -> None:
    found = settled(ROOM, ALL, {"buffer_minutes": 0})
    assert (found.policy.buffer_minutes, found.own) == (0, ("buffer_minutes",))
    assert settled(found, ALL) == found


def test_a_setting_that_is_given_back_is_inherited_again() -> None:
    own = settled(ROOM, ALL, {"buffer_minutes": 0, "winner": "report"})
    back = settled(own, ALL, given_back=("buffer_minutes",))
    assert (back.policy.buffer_minutes, back.policy.winner, back.own) == (15, Winner.REPORT, ("winner",))


def test_a_value_that_equals_the_inherited_one_is_still_the_resources_own() -> None:
    own = settled(ROOM, ALL, {"buffer_minutes": 15})
    later = (given(Level.KIND, "room", buffer_minutes=30),)
    assert settled(own, later).policy.buffer_minutes == 15


def test_a_row_from_before_inheritance_keeps_what_is_not_usual() -> None:
    older = replace(ROOM, own=None, policy=Policy(winner=Winner.REPORT))
    assert own_of(older) == {"winner"}
    found = settled(older, ALL)
    assert (found.policy.winner, found.policy.buffer_minutes) == (Winner.REPORT, 15)


def test_the_origin_of_each_value_is_told() -> None:
    found = origins(settled(ROOM, ALL, {"winner": "report"}), ALL)
    assert set(found) == set(Policy().as_settings())
    assert (found["buffer_minutes"].scope, found["buffer_minutes"].value) == (KIND.scope, 15)
    assert (found["titles"].scope, found["units"].scope.level) == (TENANT.scope, Level.USUAL)
    own = found["winner"]
    assert (own.scope, own.value) == (Scope(Level.RESOURCE, ROOM.id), "report")
    assert (own.inherited_from, own.inherited) == (BUILDING.scope, "calendar")


def test_a_resource_without_a_building_belongs_to_no_building() -> None:
    homeless = replace(ROOM, facts=ResourceFacts(name="Van", kind="vehicle"))
    assert not Scope(Level.BUILDING).means(homeless.facts)
    assert settled(homeless, ALL).policy.buffer_minutes == 5


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"shadow": True}, "policy shadow is a setting of one resource alone"),
        ({"write_mode": "organizer"}, "policy write_mode is a setting of one resource alone"),
        ({"winner": "nobody"}, "it can be platform, calendar, first, report"),
        ({"buffer_minutes": 9999}, "it must be from 0 to 240"),
        ({"colour": "red"}, "policy has no setting 'colour'"),
    ],
)  # fmt: skip
def test_what_no_scope_can_have_is_refused_in_a_sentence(settings: Mapping[str, str | int], sentence: str) -> None:
    assert sentence in "; ".join(problems(settings))


def test_what_is_of_one_resource_alone_is_never_inherited() -> None:
    assert settled(ROOM, (given(Level.TENANT, shadow=True),)).policy.shadow is False
    shadowed = settled(ROOM, (), {"shadow": True})
    assert settled(shadowed, ALL).policy.shadow is True


@pytest.mark.parametrize(
    ("wanted", "given_back", "sentence"),
    [
        ({}, ("colour",), "policy has no setting colour to inherit"),
        ({"winner": "first"}, ("winner",), "policy winner: either set it or inherit it"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(
    wanted: Mapping[str, object], given_back: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        settled(ROOM, ALL, wanted, given_back)


def test_a_scope_is_amended_setting_by_setting() -> None:
    assert amended({"units": 2, "titles": "busy"}, {"units": 3}, ("titles",)) == {"units": 3}

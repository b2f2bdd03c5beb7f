"""Copies that name their original: what ``test_rebuild`` does not show of the table on whole worlds."""

from __future__ import annotations

from shared.domain.arrivals import mint
from shared.domain.booking import Side
from shared.domain.ids import name_of
from tests.unit.domain.values import setting


def test_the_name_of_a_key_is_the_one_that_older_copies_carry() -> None:
    """Whoever changes how ids are minted finds no copy any more that was made before."""
    assert name_of(mint(Side.CALENDAR, "AAMk=", setting())) == "e8e6553a5421"
    assert name_of(mint(Side.PLATFORM, "b-1", setting())) == "4b0958323584"

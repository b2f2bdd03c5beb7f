"""Public holidays by the library ``holidays``, which is loaded at the first region that is asked for: it is large."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from shared.domain.holidays import OfBuildings, said_of
from shared.ports.errors import Rejected


class PublicHolidays:
    """``Holidays`` of the buildings that the settings name."""

    def __init__(self, of_buildings: OfBuildings) -> None:
        self._of_buildings = of_buildings

    def in_years(self, building: str, years: Collection[int]) -> frozenset[date]:
        said = said_of(building, self._of_buildings)
        return _of_region(said, years) if isinstance(said, str) else said


def _of_region(region: str, years: Collection[int]) -> frozenset[date]:
    from holidays import country_holidays

    country, _, subdivision = region.partition("-")
    try:
        return frozenset(country_holidays(country, subdiv=subdivision or None, years=years))
    except NotImplementedError as error:
        raise Rejected(f"of the holidays of {region} nothing is known: give its days in a list", "invalid") from error

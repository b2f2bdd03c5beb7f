"""Time zone names: Windows and IANA names are one zone (facts 3.1)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from local.graph.zones import (
    CUSTOM_ZONE,
    TimeZoneNotSupportedError,
    find_zone,
    iana_name,
    same_zone,
    supported_time_zones,
    windows_name,
)


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("w. europe standard time", "Europe/Berlin"),
        ("Pacific Standard Time", "America/Los_Angeles"),
        ("Europe/Zurich", "Europe/Zurich"),
        ("America/New_York", "America/New_York"),
        ("Asia/Calcutta", "Asia/Calcutta"),
        ("tzone://Microsoft/Utc", "UTC"),
    ],
)
def test_a_windows_or_iana_name_names_its_zone(name: str, zone: str) -> None:
    assert find_zone(name) == ZoneInfo(zone)


def test_utc_is_utc_under_each_of_its_names() -> None:
    assert {windows_name(name) for name in ("UTC", "utc", "Etc/UTC")} == {"UTC"}


@pytest.mark.parametrize("name", ["Greenwich Mean Time", "", "[]", "Mars/Olympus", "../etc/passwd", "CEST"])
def test_an_unknown_zone_is_refused_in_exchanges_words(name: str) -> None:
    with pytest.raises(TimeZoneNotSupportedError) as caught:
        find_zone(name)
    assert caught.value.code == "TimeZoneNotSupportedException"
    assert caught.value.status == 400
    assert caught.value.message == (
        f"A valid TimeZone value must be specified. The following TimeZone value is not supported: '{name}'."
    )


def test_a_custom_zone_stands_for_the_mailboxs_own_zone_or_for_none() -> None:
    assert find_zone(CUSTOM_ZONE, custom=ZoneInfo("Europe/Paris")) == ZoneInfo("Europe/Paris")
    with pytest.raises(TimeZoneNotSupportedError):
        find_zone(CUSTOM_ZONE)


@pytest.mark.parametrize(
    ("iana", "windows"),
    [
        ("Europe/Berlin", "W. Europe Standard Time"),
        ("Europe/Zurich", "W. Europe Standard Time"),
        ("America/New_York", "Eastern Standard Time"),
        ("Europe/Kyiv", "FLE Standard Time"),
        ("Asia/Kolkata", "India Standard Time"),
    ],
)
def test_an_iana_name_has_a_windows_name(iana: str, windows: str) -> None:
    assert windows_name(iana) == windows
    assert windows_name(windows) == windows
    assert same_zone(iana, windows)


def test_every_supported_name_of_either_standard_can_be_used() -> None:
    windows, iana = supported_time_zones("Windows"), supported_time_zones("Iana")
    assert len(windows) > 130
    assert len(iana) > 400
    assert all(find_zone(entry["alias"]) for entry in (*windows, *iana))
    assert all(windows_name(entry["alias"]) for entry in iana)


def test_every_windows_zone_comes_back_from_its_iana_name() -> None:
    for entry in supported_time_zones("Windows"):
        assert same_zone(iana_name(entry["alias"]), entry["alias"])


def test_a_standard_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="neither Windows nor Iana"):
        supported_time_zones("Posix")

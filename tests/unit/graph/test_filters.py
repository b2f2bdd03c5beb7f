"""$filter over directory objects."""

from __future__ import annotations

import pytest

from local.graph.filters import compile_filter
from local.graph.wire import GraphError

KNOWN = ("mail", "displayName", "capacity", "proxyAddresses", "accountEnabled", "building")
ROOM = {
    "mail": "Eiger@contoso.example",
    "displayName": "Eiger's room",
    "capacity": 4,
    "proxyAddresses": ["SMTP:eiger@contoso.example", "smtp:e@contoso.example"],
    "accountEnabled": False,
    "building": None,
}


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("mail eq 'eiger@contoso.example'", True),
        ("MAIL eq 'EIGER@contoso.example'", True),
        ("mail eq 'other@contoso.example'", False),
        ("mail ne 'other@contoso.example'", True),
        ("startswith(displayName,'eig')", True),
        ("startswith(displayName, 'iger')", False),
        ("displayName eq 'Eiger''s room'", True),
        ("capacity ge 4 and capacity lt 5", True),
        ("capacity gt 4 or accountEnabled eq true", False),
        ("not (capacity gt 4)", True),
        ("building eq null", True),
        ("building gt 'A'", False),
        ("proxyAddresses/any(x:x eq 'smtp:e@contoso.example')", True),
        ("proxyAddresses/any(x:x eq 'smtp:f@contoso.example')", False),
        ("proxyAddresses/any(x:startswith(x,'smtp:e@')) and capacity eq 4", True),
        ("(mail eq 'a' or mail eq 'eiger@contoso.example') and capacity eq 4", True),
        ("mail eq 'a' or mail eq 'eiger@contoso.example' and capacity eq 5", False),
    ],
)
def test_a_filter_matches_what_it_says(text: str, matches: bool) -> None:
    assert compile_filter(text, KNOWN)(ROOM) is matches


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mail",
        "mail eq",
        "mail eq 'a' and",
        "unknown eq 1",
        "mail like 'a'",
        "(mail eq 'a'",
        "mail eq 'a' )",
        "mail eq 'a",
        "endswith(mail,'x')",
        "mail eq 12x",
        "mail eq 'a' % 2",
    ],
)
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(GraphError) as caught:
        compile_filter(text, KNOWN)
    assert (caught.value.status, caught.value.code) == (400, "Request_UnsupportedQuery")

"""Route templates."""

from collections.abc import Mapping

import pytest

from local.host.refusal import Refusal
from local.host.routes import Route


@pytest.mark.parametrize(
    ("template", "path", "parameters"),
    [
        ("rooms", "rooms", {}),
        ("rooms", "ROOMS", {}),
        ("rooms", "rooms/1", None),
        ("rooms/{id}", "rooms/a.b", {"id": "a.b"}),
        ("rooms/{id}", "rooms", None),
        ("rooms/{id?}", "rooms", {}),
        ("rooms/{id?}", "rooms/1", {"id": "1"}),
        ("rooms/{id:int}", "rooms/12", {"id": "12"}),
        ("rooms/{id:int}", "rooms/x", None),
        (
            "rooms/{id:guid}/x",
            "rooms/6f1c2a9e-0000-4000-8000-000000000000/x",
            {"id": "6f1c2a9e-0000-4000-8000-000000000000"},
        ),
        ("files/{*path}", "files/a/b", {"path": "a/b"}),
        ("files/{*path}", "files", {"path": ""}),
    ],
)
def test_a_path_fits_a_template_or_does_not(template: str, path: str, parameters: Mapping[str, str] | None) -> None:
    assert Route.parse(template, "here").match(path.split("/")) == parameters


def test_the_more_specific_template_comes_first() -> None:
    """ASP.NET Core `RoutePrecedence`: literal, constrained, free, catch-all."""
    templates = ["rooms/{*rest}", "rooms/{id}", "rooms/{id:int}", "rooms/all"]
    ordered = sorted(templates, key=lambda template: Route.parse(template, "here").precedence)
    assert ordered == ["rooms/all", "rooms/{id:int}", "rooms/{id}", "rooms/{*rest}"]


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("rooms/{id", "cannot read"),
        ("rooms/x{id}", "cannot read"),
        ("rooms/{id:regex(a)}", "constraint"),
        ("{a?}/{b}", "only the last segments"),
        ("{*a}/b", "only the last segments"),
        ("{a}/{a}", "names a parameter twice"),
    ],
)
def test_a_template_that_cannot_be_served_is_refused(template: str, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        Route.parse(template, "Function rooms")

"""The scripts for the tenant's administrator can be read, ask before they change anything, and grant what is written.

PowerShell itself is not needed here: the scripts are parsed with tree-sitter's grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from functions.caller import Role
from shared.clouds import CLOUDS

ROOT = Path(__file__).parents[2]
TENANT = ROOT / "infra" / "tenant"
SCRIPTS = sorted(TENANT.glob("*.ps1"))
GRANT = (TENANT / "grant.ps1").read_text("utf-8")
_PARSER = Parser(Language(tree_sitter_powershell.language()))
CHANGING = re.compile(r"(New|Set|Update|Remove)-(Mg|Management|ServicePrincipal)\w*")


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for each in node.children:
        yield from _nodes(each)


def _tree(source: str) -> Node:
    return _PARSER.parse(source.encode()).root_node


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _commands(source: str) -> list[Node]:
    return [each for each in _nodes(_tree(source)) if each.type == "command"]


def _faults(source: str) -> list[int]:
    return [each.start_point[0] + 1 for each in _nodes(_tree(source)) if each.type == "ERROR" or each.is_missing]


def _unasked(source: str) -> list[str]:
    """The commands that change something and stand in no `if` that asks first."""
    return [_text(each)[:60] for each in _commands(source) if CHANGING.match(_text(each)) and not _is_asked(each)]


def _is_asked(node: Node) -> bool:
    at: Node | None = node
    while at is not None:
        if at.type in ("if_statement", "elseif_clause") and "ShouldProcess" in _text(at):
            return True
        at = at.parent
    return False


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda each: each.name)
def test_a_script_can_be_read(script: Path) -> None:
    assert _faults(script.read_text("utf-8")) == []


def test_a_bracket_that_is_not_closed_is_found() -> None:
    assert _faults(GRANT.replace("function Find-Application {", "function Find-Application", 1)) != []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda each: each.name)
def test_every_change_can_be_previewed(script: Path) -> None:
    source = script.read_text("utf-8")
    assert "[CmdletBinding(SupportsShouldProcess)]" in source
    assert sum(bool(CHANGING.match(_text(each))) for each in _commands(source)) >= 2, "no change was seen at all"
    assert _unasked(source) == []


def test_a_change_that_nobody_is_asked_about_is_found() -> None:
    planted = GRANT + "\nRemove-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $application.Id\n"
    assert _unasked(planted) == ["Remove-MgServicePrincipalAppRoleAssignment -ServicePrincipalId"[:60]]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda each: each.name)
def test_a_script_stops_at_its_first_error_and_holds_no_secret(script: Path) -> None:
    source = script.read_text("utf-8")
    assert "$ErrorActionPreference = 'Stop'" in source
    assert not re.search(r"(?i)password|client_?secret|ConvertTo-SecureString", source)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda each: each.name)
def test_a_script_knows_the_clouds_that_the_app_knows(script: Path) -> None:
    source = script.read_text("utf-8")
    for cloud in CLOUDS:
        assert re.search(rf"'{cloud}' +=", source)


@pytest.mark.parametrize("script", ["application.ps1", "sign-in.ps1"])
def test_a_script_that_trusts_an_identity_and_the_app_agree_on_the_audience_of_each_cloud(script: str) -> None:
    source = (TENANT / script).read_text("utf-8")
    said = dict(re.findall(r"'([\w-]+)' += @\{.*Audience = '([^']+)' \}", source))
    assert said == {name: cloud.exchange for name, cloud in CLOUDS.items()}


def test_calendar_rights_are_granted_in_exchange_and_never_in_entra() -> None:
    (entra,) = re.findall(r"\$EntraRights = @\((.+)\)", GRANT)
    assert re.findall(r"'([^']+)'", entra) == ["User.Read.All", "Place.Read.All"]
    for scope in ("RoomRights", "BookerRights", "MailRights"):
        assert re.search(rf"Grant-ExchangeRight \$application '[^']+' \${scope}", GRANT)


def test_the_effective_scope_is_checked_both_ways() -> None:
    assert re.search(r"Test-Reach \$application \$room\.PrimarySmtpAddress \$true", GRANT)
    assert re.search(r"Test-Reach \$application \$Closed \$false", GRANT)


def test_people_get_the_roles_that_the_app_asks_for_and_no_token_without_one() -> None:
    source = (TENANT / "sign-in.ps1").read_text("utf-8")
    assert set(re.findall(r"^    (\w+) +=\s*@\{ Id = '", source, re.MULTILINE)) == {role.value for role in Role}
    assert "appRoleAssignmentRequired = $true" in source
    assert "requestedAccessTokenVersion = 2" in source
    (everybody,) = re.findall(r"if \((.+)\n.*\n.*appRoleAssignmentRequired = \$false", source)
    assert everybody.startswith("$EverybodyBooks -and"), "nobody else may sign in unless it was asked for"


def test_a_browser_comes_back_to_where_the_platform_expects_it() -> None:
    source = (TENANT / "sign-in.ps1").read_text("utf-8")
    assert '"$_/.auth/login/aad/callback"' in source
    page = (ROOT / "functions" / "web" / "kit" / "signed_in.js").read_text("utf-8")
    assert "/.auth/login/aad?post_login_redirect_uri=" in page


def test_what_the_page_for_the_tenant_says_is_what_the_script_grants() -> None:
    page = (ROOT / "functions" / "setup.html").read_text("utf-8")
    readme = (TENANT / "README.md").read_text("utf-8")
    for right in re.findall(r"'(\w+\.[\w.]+)'", "".join(re.findall(r"\$\w+Rights = @\((.+)\)", GRANT))):
        assert f"<code>{right}</code>" in page
        assert f"`{right}`" in readme

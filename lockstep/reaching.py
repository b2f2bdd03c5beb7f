"""Where the app is, and what opens it. Named on the command line, else in the environment, else by a running stack.

variable               meaning
---------------------  ------------------------------------------------------------------------------------------
LOCKSTEP_URL           the app's address, such as https://lockstep.azurewebsites.net
LOCKSTEP_KEY           a function key of the app, or
LOCKSTEP_SCOPE         scope of the app's Entra registration (api://…/.default): a token of whoever is signed in
LOCKSTEP_TENANT_KEY    the tenant's key, where one installation serves several tenants
LOCKSTEP_STACK         ready file of an embedded stack

A key is sent to the app's address alone, and over https alone unless that is this machine.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from lockstep.words import word

_NOWHERE = (
    "Where is Lockstep? Give --url with --key (or --scope), set LOCKSTEP_URL and LOCKSTEP_KEY, or start a stack"
    " with `make run`."
)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class NotReached(Exception):
    """What keeps the app from being asked, as a sentence that says what to do."""


@dataclass(frozen=True)
class Reach:
    """The app's address and what opens it."""

    url: str
    key: str = field(default="", repr=False)
    scope: str = ""
    tenant_key: str = field(default="", repr=False)

    def headers(self) -> dict[str, str]:
        """Return the headers of every call. Raises ``NotReached`` where no token could be had."""
        sent = {"Accept": "application/json"}
        if self.key:
            sent["x-functions-key"] = self.key
        if self.tenant_key:
            sent["x-lockstep-key"] = self.tenant_key
        if self.scope:
            sent["Authorization"] = f"Bearer {_token(self.scope)}"
        return sent


@dataclass(frozen=True)
class Wished:
    """What the command line says; empty where it says nothing."""

    url: str = ""
    key: str = ""
    scope: str = ""
    tenant_key: str = ""
    stack: str = ""


def reach(wished: Wished, environment: Mapping[str, str]) -> Reach:
    """Return where the app is. Raises ``NotReached``."""

    def named(name: str, given: str) -> str:
        return given or environment.get(f"LOCKSTEP_{name}", "")

    tenant_key = named("TENANT_KEY", wished.tenant_key)
    url, stack = named("URL", wished.url), named("STACK", wished.stack)
    if wished.url or (url and not wished.stack):
        key, scope = named("KEY", wished.key), named("SCOPE", wished.scope)
        return Reach(_checked(url), "" if wished.scope else key, scope if not wished.key else "", tenant_key)
    file = Path(stack) if stack else _only_stack()
    return Reach(*_of_stack(file), "", tenant_key)


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return url.rstrip("/").removesuffix("/api")
    raise NotReached(word("{url} is no https address: a key would be readable on the way. Give https://….", url=url))


def _of_stack(file: Path) -> tuple[str, str]:
    try:
        said = json.loads(file.read_text("utf-8"))
        return str(said["host"]), str(said["function_key"])
    except (OSError, ValueError, LookupError, TypeError):
        none = "{file} is no ready file of a running stack: start one with `python -m local up --ready-file {file}`."
        raise NotReached(word(none, file=file)) from None


def _only_stack() -> Path:
    """Return the ready file of the one stack that runs on this machine without a place of its own."""
    found = sorted(Path(tempfile.gettempdir()).glob("lockstep-*/ready.json"))
    readable = [file for file in found if _is_readable(file)]
    if len(readable) == 1:
        return readable[0]
    if readable:
        listed = ", ".join(str(file) for file in readable)
        raise NotReached(word("Several stacks run here; name one with --stack: {listed}.", listed=listed))
    raise NotReached(word(_NOWHERE))


def _is_readable(file: Path) -> bool:
    try:
        return bool(file.read_bytes())
    except OSError:
        return False


def _token(scope: str) -> str:
    from azure.core.exceptions import AzureError
    from azure.identity import DefaultAzureCredential

    try:
        return DefaultAzureCredential().get_token(scope).token
    except AzureError as error:
        first = str(error).splitlines()[0]
        none = "No Entra token for {scope} could be had: {error} Sign in with `az login`."
        raise NotReached(word(none, scope=scope, error=first)) from None

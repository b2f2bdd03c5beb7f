"""What every command starts from: the app, opened when it is first asked; resources by what people call them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Annotated, Any

import httpx
import typer

from lockstep.api import Api, Refused
from lockstep.reaching import Wished, reach
from lockstep.words import spoken, word

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Room = Annotated[str, typer.Argument(help="A resource's name, its mailbox's address, or its id.", metavar="ROOM")]
Rooms = Annotated[list[str] | None, typer.Argument(help="Names, addresses or ids of resources.", metavar="[ROOM]...")]


@dataclass
class Session:
    """One run of the command line. ``transport`` and ``environment`` are replaced by tests."""

    wished: Wished = field(default_factory=Wished)
    transport: httpx.BaseTransport | None = None
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    _api: Api | None = None

    def api(self, language: str) -> Api:
        """Return the app's API, which answers in a language (empty: as it says it). Raises ``NotReached``."""
        if self._api is None:
            self._api = Api(reach(self.wished, self.environment), self.transport, language)
        return self._api


def api_of(context: typer.Context) -> Api:
    """Return the API that a command speaks to. Raises ``NotReached``."""
    session: Session = context.find_root().obj
    # What programs read is the same in every language.
    return session.api("" if context.params.get("json") else spoken())


def resources_of(api: Api, *, unlinked: bool = False) -> list[dict[str, Any]]:
    """Return the resources of the tenant by name, those that are unlinked only where that is asked for."""
    found = [each for each in api.listed("resources", "resources") if unlinked or each["state"] != "unlinked"]
    return sorted(found, key=lambda each: (each["name"].casefold(), each["id"]))


def named(api: Api, name: str) -> dict[str, Any]:
    """Return the one resource that somebody named. Raises ``Refused`` where none or several are called so."""
    wanted, known = name.casefold(), resources_of(api, unlinked=True)
    exact = [each for each in known if wanted in _names(each)]
    # What was unlinked stays in the list for a while, and its room may be linked anew under the same name.
    found = [each for each in exact if each["state"] != "unlinked" or wanted == each["id"].casefold()] or exact
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f"{each['mailbox']['address']} ({each['id']})" for each in found)
        several = "{count} resources are called {name}: {listed}. Name one by its address or id."
        raise Refused(word(several, count=len(found), name=name, listed=listed))
    close = [each["name"] for each in known if wanted in each["name"].casefold()][:5]
    if close:
        joined = word(" or ").join(close)
        raise Refused(word("No resource is called {name}. Did you mean {close}?", name=name, close=joined))
    raise Refused(word("No resource is called {name}. `lockstep resources list` shows all.", name=name))


def _names(resource: dict[str, Any]) -> tuple[str, ...]:
    shown = (resource["id"], resource["name"], resource["mailbox"]["address"], resource["mailbox"]["id"])
    return tuple(each.casefold() for each in (*shown, resource["platform"] or "") if each)

"""Several tenants in one simulator, as Graph and Entra serve them all from the same addresses.

The home tenant is the one that the simulator starts with; guests are made by `POST /sim/tenants` and live as long as
the process. Which one a request is about follows from the token (`tid`) for Graph, from the path for Entra's token
endpoints, and from the header `X-Sim-Tenant` for the simulator's own controls. The managed identity is at home.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from local.graph.control import mailboxes
from local.graph.seed import populate
from local.graph.simulation import Simulation
from local.graph.store import Store
from local.graph.tokens import claimed_tenant
from local.graph.wire import Call, GraphError, Reply, Route

TENANT_HEADER = "X-Sim-Tenant"


class Tenants:
    """The simulations by tenant. `furnish` gives a new one its routes and its background work."""

    def __init__(self, home: Simulation, furnish: Callable[[Simulation], None]) -> None:
        self._home = home
        self._furnish = furnish
        self._guests: dict[str, Simulation] = {}

    def routes(self) -> Iterable[Route]:
        """The control that makes a guest; it is asked of the home tenant."""
        return (Route("POST", "/sim/tenants", self.create),)

    def meant(self, path: str, headers: Mapping[str, str]) -> Simulation:
        """The simulation of the tenant that a request is about; at home where it names no guest."""
        first = path.lower().strip("/").split("/")[0]
        if first == "sim":
            named = headers.get(TENANT_HEADER, "")
        elif first in ("v1.0", "beta"):
            named = claimed_tenant(headers.get("Authorization", ""))
        else:
            named = first
        return self._guests.get(named.lower(), self._home)

    async def create(self, call: Call) -> Reply:
        """201 with the mailboxes of a new tenant of the company in the body (as `/sim/reset` takes it)."""
        body = call.json()
        guest = Simulation(Store(), replace(call.sim.settings))
        try:
            populate(guest.store, body or None)
        except (KeyError, TypeError, ValueError) as error:
            raise GraphError(400, "BadRequest", f"The company cannot be used: {error}") from error
        self._furnish(guest)
        self._guests[guest.store.tenant_id.lower()] = guest
        listed = await mailboxes(replace(call, sim=guest))
        return Reply(201, listed.body)

    async def stop(self) -> None:
        """End the background work of every guest."""
        for guest in self._guests.values():
            await guest.stop()

"""What an administrator asks of Lockstep itself: linking, states, decisions, sweeps. Its own API, nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from local.demo.cast import Room
from local.demo.web import Json, Refused, Web


@dataclass(frozen=True)
class Decision:
    """A recorded reason, in the product's own sentence."""

    id: str
    code: str
    sentence: str


class Lockstep:
    """The administrator's view."""

    def __init__(self, host: Web) -> None:
        self._host = host

    async def link(self, room: Room, policy: Mapping[str, object]) -> str:
        """Link a mailbox to a new resource of the platform; one that is linked already keeps its id."""
        order = {"mailbox": room.address, "platform": room.platform, "policy": dict(policy)}
        try:
            return str((await self._host.call("POST", "/api/resources", order))["id"])
        except Refused as refusal:
            if refusal.code != "linked":
                raise
        known = {each["mailbox"]["id"]: each for each in await self.resources()}
        return str(known[room.mailbox]["id"])

    async def resources(self) -> list[Json]:
        """All resources that are linked, with the state in which each was last seen."""
        found: list[Json] = (await self._host.call("GET", "/api/resources"))["resources"]
        return [each for each in found if each["state"] != "unlinked"]

    async def decisions(self, room: Room) -> list[Decision]:
        """The decisions about a room, the latest first."""
        return await self.decisions_of(room.resource)

    async def decisions_of(self, resource: str) -> list[Decision]:
        """The latest decisions about a resource, the latest first."""
        found = await self._host.call("GET", f"/api/resources/{resource}/decisions", None, limit="50")
        return [Decision(each["id"], each["code"], each["sentence"]) for each in found["decisions"]]

    async def all_told(self, room: Room) -> str:
        """All that Lockstep tells of a room's mappings, open steps and decisions, as it tells it."""
        parts = ("mappings", "open-steps", "decisions")
        told = [await self._host.call("GET", f"/api/resources/{room.resource}/{part}") for part in parts]
        return json.dumps(told)

    async def sweep(self) -> int:
        """Look at every resource now; the answer is how many were woken."""
        return int((await self._host.call("POST", "/api/sweep", {}))["woken"])

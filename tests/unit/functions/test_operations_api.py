"""Orders to many resources, discovery and the support bundle, over the app's own API."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.booking import ResourceFacts
from shared.domain.ids import MailboxId
from shared.domain.resource import State
from tests.doubles.world import ADELE, at
from tests.unit.functions.calling.office import Office


@pytest.fixture
def office() -> Office:
    return Office()


async def rooms(office: Office) -> dict[str, str]:
    """Three linked rooms in two buildings: their ids by name."""
    found = {}
    for place, (name, building) in enumerate([("Eiger", "Zurich"), ("Monch", "Zurich"), ("Hudson", "New York")]):
        mailbox = MailboxId(f"cccccccc-0000-0000-0000-00000000000{place}")
        office.world.calendar.add_mailbox(mailbox)
        office.world.directory.add(mailbox, f"{name.lower()}@contoso.example", ResourceFacts(name, building=building))
        found[name] = (await office.ask("POST", "/api/resources", {"mailbox": f"{name.lower()}@contoso.example"}))["id"]
    await office.world.settle()
    return found


async def states(office: Office) -> dict[str, str]:
    return {each["name"]: each["state"] for each in (await office.ask("GET", "/api/resources"))["resources"]}


class TestOrders:
    @pytest.mark.parametrize(
        ("chosen", "paused"),
        [
            ({"building": "zurich"}, {"Eiger", "Monch"}),
            ({"everything": True}, {"Eiger", "Monch", "Hudson"}),
            ({"state": "in step"}, {"Eiger", "Monch", "Hudson"}),
            ({"state": "failing"}, set()),
            ({"building": "Basel"}, set()),
        ],
        ids=["a building", "everything", "a state", "a state that none is in", "a building without rooms"],
    )
    async def test_a_pause_of_many_rests_those_and_no_other(
        self, office: Office, chosen: dict[str, object], paused: set[str]
    ) -> None:
        await rooms(office)
        told = await office.ask("POST", "/api/orders", {"verb": "pause", **chosen})
        await office.world.settle()
        assert {each["name"] for each in told["ordered"]} == paused
        assert {name for name, state in (await states(office)).items() if state == "paused"} == paused

    async def test_a_pause_of_named_rooms_and_a_resume_of_all_that_rest(self, office: Office) -> None:
        known = await rooms(office)
        named = {"verb": "pause", "resources": [known["Eiger"], known["Hudson"]]}
        assert len((await office.ask("POST", "/api/orders", named))["ordered"]) == 2
        await office.world.settle()
        assert (await office.ask("POST", "/api/orders", named))["ordered"] == []
        told = await office.ask("POST", "/api/orders", {"verb": "resume", "everything": True})
        await office.world.settle()
        assert {each["name"] for each in told["ordered"]} == {"Eiger", "Hudson"}
        assert set((await states(office)).values()) == {"in step"}

    async def test_a_retry_of_all_that_fail_reaches_only_those(self, office: Office) -> None:
        known = await rooms(office)
        for each in [each async for each in office.outside.resources.all(office.tenant)]:
            if each.id == known["Monch"]:
                await office.outside.resources.put(replace(each, state=State.FAILING))
        told = await office.ask("POST", "/api/orders", {"verb": "retry", "state": "failing"})
        assert [each["name"] for each in told["ordered"]] == ["Monch"]

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            ({"verb": "approve", "everything": True}, "'verb' must be one of"),
            ({"verb": "pause"}, "exactly one of"),
            ({"verb": "pause", "everything": True, "building": "Zurich"}, "exactly one of"),
            ({"verb": "pause", "everything": False}, "can only be true"),
            ({"verb": "pause", "state": "unlinked"}, "'state' can be"),
            ({"verb": "pause", "resources": "all"}, "must be a list"),
        ],
        ids=["an approval", "nobody", "two ways at once", "not everything", "unlinked ones", "no list"],
    )
    async def test_a_vague_order_is_refused_and_orders_nothing(
        self, office: Office, body: dict[str, object], says: str
    ) -> None:
        await rooms(office)
        refused = await office.send("POST", "/api/orders", body)
        assert refused.status == 400
        assert says in refused.message
        assert not office.world.wakeups.waiting

    async def test_an_unknown_room_among_those_named_orders_nothing_of_the_others(self, office: Office) -> None:
        known = await rooms(office)
        stranger = f"{office.tenant}.01KAJ42TB00KNG0000000000ZZ"
        body = {"verb": "pause", "resources": [known["Eiger"], stranger]}
        assert (await office.send("POST", "/api/orders", body)).status == 404
        assert not office.world.wakeups.waiting


class TestDiscovery:
    async def test_places_shows_rooms_and_says_which_are_linked(self, office: Office) -> None:
        facts = ResourceFacts("Matterhorn", building="Zurich", capacity=8)
        office.world.inspection.add("matterhorn@contoso.example", "room", listed=facts)
        office.world.inspection.add("eiger@contoso.example", "room", listed=ResourceFacts("Eiger"))
        room = await office.room()
        told = await office.ask("POST", "/api/discovery", {})
        assert [(each["name"], each["linked"]) for each in told["candidates"]] == [
            ("Eiger", None),
            ("Matterhorn", room),
        ]
        assert told["looked"] == ["Places: 2 rooms; it shows no equipment and no room hidden from the address list"]

    async def test_a_list_finds_equipment_and_hidden_rooms_and_leaves_people_out(self, office: Office) -> None:
        inspection = office.world.inspection
        inspection.add("cart@contoso.example", "equipment")
        inspection.add("vault@contoso.example", "room")
        inspection.add("adele@contoso.example", "user")
        inspection.add("locked@contoso.example", "", code="ErrorAccessDenied")
        asked = ["cart@contoso.example", "vault@contoso.example", "adele@contoso.example", "locked@contoso.example"]
        told = await office.ask("POST", "/api/discovery", {"addresses": asked})
        assert [(each["address"], each["kind"]) for each in told["candidates"]] == [
            ("cart@contoso.example", "equipment"), ("vault@contoso.example", "room")
        ]  # fmt: skip
        assert told["looked"][1] == (
            "the list that was given: 4 mailboxes, of which 2 are for rooms or equipment and 1 could not be read "
            "(locked@contoso.example: refused: ErrorAccessDenied)"
        )

    async def test_a_group_is_asked_member_by_member(self, office: Office) -> None:
        office.world.inspection.add("cart@contoso.example", "equipment")
        office.world.inspection.groups["g1"] = ("cart@contoso.example",)
        told = await office.ask("POST", "/api/discovery", {"group": "g1"})
        assert [each["seen_in"] for each in told["candidates"]] == ["group g1"]

    async def test_a_group_that_may_not_be_read_is_said_and_hides_nothing_else(self, office: Office) -> None:
        office.world.inspection.add("eiger@contoso.example", "room", listed=ResourceFacts("Eiger"))
        told = await office.ask("POST", "/api/discovery", {"group": "g1"})
        assert len(told["candidates"]) == 1
        assert told["looked"][1] == "group g1: could not be read: the group may not be read"


class TestBundle:
    async def test_it_tells_what_stands_and_names_nobody(self, office: Office) -> None:
        room = await office.room()
        office.world.invite(at("09:00", "10:00"), ADELE, "Merger of Contoso")
        await office.world.notify()
        told = await office.ask("GET", f"/api/resources/{room}/bundle")
        assert [each["state"] for each in told["mappings"]] == ["linked"]
        assert told["decisions"]
        assert told["head"]["has_token"] is True
        said = str(told).casefold()
        for personal in ("adele", "vance", "merger", "matterhorn@", "contoso.example"):
            assert personal not in said

    async def test_two_bundles_mark_the_same_differently(self, office: Office) -> None:
        room = await office.room()
        office.world.invite(at("09:00", "10:00"), ADELE, "Merger")
        await office.world.notify()
        first, second = [await office.ask("GET", f"/api/resources/{room}/bundle") for _ in range(2)]
        assert first["mappings"][0]["id"] == second["mappings"][0]["id"]
        assert first["mappings"][0]["event"]["key"] != second["mappings"][0]["event"]["key"]

"""Keys that go and links that are taken back: only what nobody needs, and nothing else ends with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.people import Following, people_session
from shared.domain.resource import Subscription
from shared.domain.story_link import Story, read_token, story_token
from tests.unit.functions.calling.house import House
from tests.unit.functions.calling.office import Office
from tests.unit.functions.test_story import link

KEYS = "/api/subscriptions/keys"
OLDER = {"older_keys": True}


async def carried(office: Office) -> str:
    """Return the key that the subscription of the office's room carries."""
    row = await office.outside.resources.get(office.world.resource_id)
    assert row is not None
    assert row.subscription is not None
    return row.subscription.key_id


class TestKeys:
    async def test_the_ring_is_listed_without_the_keys_and_with_what_carries_them(self, office: Office) -> None:
        await office.room()
        old, new = await carried(office), (await office.ask("POST", KEYS))["key"]
        told = (await office.ask("GET", KEYS))["keys"]
        shown = [(each["key"], each["current"], each["carried_by"]) for each in told]
        assert shown == [(new, True, 0), (old, False, 1)]
        secrets = await office.outside.secrets.client_state_keys()
        assert not any(key.hex() in str(told) for key in secrets.values())

    async def test_an_older_key_goes_once_subscriptions_and_links_have_left_it(self, office: Office) -> None:
        story = await link(office)
        old, new = await carried(office), (await office.ask("POST", KEYS))["key"]
        refused = await office.send("DELETE", f"{KEYS}/{old}")
        assert (refused.status, refused.code) == (409, "key_in_use")
        assert "Matterhorn (1 in all)" in refused.message

        assert (await office.ask("POST", "/api/subscriptions/renew", OLDER))["ordered"] == 1
        await office.world.settle()
        assert await carried(office) == new

        office.world.clock.advance(timedelta(minutes=16))
        refused = await office.send("DELETE", f"{KEYS}/{old}")
        assert (refused.status, "links signed with" in refused.message) == (409, True)
        assert (await office.send("GET", story)).status == 200

        assert (await office.ask("DELETE", f"{KEYS}/{old}?end_links=true"))["key"] == old
        assert (await office.send("GET", story)).status == 404
        assert [each.id for each in await office.outside.secrets.client_state_ring()] == [new]
        assert [each["what"] for each in (await office.ask("GET", "/api/acts?limit=1"))["acts"]] == ["remove_key"]

    async def test_a_key_goes_without_more_once_its_links_have_ended(self, office: Office) -> None:
        await office.room()
        old = await carried(office)
        await office.ask("POST", KEYS)
        await office.ask("POST", "/api/subscriptions/renew", OLDER)
        await office.world.settle()
        office.world.clock.advance(timedelta(days=30, minutes=16))
        assert (await office.send("DELETE", f"{KEYS}/{old}")).status == 200

    async def test_the_key_that_a_subscription_carries_stays_when_the_older_one_goes(self, office: Office) -> None:
        await office.room()
        old = await carried(office)
        await office.ask("POST", KEYS)
        await office.ask("POST", "/api/subscriptions/renew", OLDER)
        await office.world.settle()
        office.world.clock.advance(timedelta(minutes=16))
        await office.ask("DELETE", f"{KEYS}/{old}?end_links=true")
        assert await carried(office) in await office.outside.secrets.client_state_keys()

    async def test_nothing_is_made_again_that_carries_the_current_key(self, office: Office) -> None:
        await office.room()
        assert (await office.ask("POST", "/api/subscriptions/renew", OLDER))["ordered"] == 0

    async def test_a_key_that_is_not_there_is_not_found(self, office: Office) -> None:
        assert (await office.send("DELETE", f"{KEYS}/99")).status == 404

    async def test_resources_and_older_keys_are_not_asked_together(self, office: Office) -> None:
        room = await office.room()
        answer = await office.send("POST", "/api/subscriptions/renew", {"resources": [room], **OLDER})
        assert answer.status == 400

    async def test_a_key_that_another_tenant_needs_stays_and_its_rooms_are_not_named(self) -> None:
        house = House()
        await house.linked()
        ours = house.ours
        old = await carried(ours)
        await ours.ask("POST", KEYS)
        await ours.ask("POST", "/api/subscriptions/renew", OLDER)
        await house.settle()
        ours.world.clock.advance(timedelta(minutes=16))
        refused = await ours.send("DELETE", f"{KEYS}/{old}?end_links=true")
        assert refused.status == 409
        assert "other tenants (1 in all)" in refused.message
        assert "Matterhorn" not in refused.message

    async def test_the_subscription_to_the_directory_leaves_an_older_key_too(self) -> None:
        house = House(follows_people=True)
        ours, roster = house.ours, house.ours.outside.roster
        assert roster is not None
        until = ours.world.clock.now() + timedelta(days=2)
        await roster.keep(ours.tenant, Following(subscription=Subscription("sub", until, "k1")))
        new = (await ours.ask("POST", KEYS))["key"]
        assert "the directory" in (await ours.send("DELETE", f"{KEYS}/k1?end_links=true")).message
        assert (await ours.ask("POST", "/api/subscriptions/renew", OLDER))["ordered"] == 1
        assert people_session(ours.tenant) in {each.resource for each in ours.world.wakeups.sent}
        await house.settle()
        following = (await roster.following(ours.tenant)).subscription
        assert following is not None
        assert following.key_id == new


class TestLinks:
    async def test_a_link_that_is_taken_back_opens_nothing_and_another_to_the_same_story_does(
        self, office: Office
    ) -> None:
        first = await link(office)
        other = await _another(office, first)
        assert (await office.send("GET", other)).status == 200
        told = await office.ask("POST", "/api/stories/revoke", {"link": f"https://lockstep.example{first}"})
        assert told["resource"] == office.world.resource_id
        assert (await office.send("GET", first)).status == 404
        assert (await office.send("GET", other)).status == 200
        assert (await office.ask("GET", "/api/acts?limit=1"))["acts"][0]["what"] == "revoke_story"

    @pytest.mark.parametrize("given", ["x", "https://lockstep.example/api/story/1.e30.e30", "https://[", " "])
    async def test_what_opens_nothing_cannot_be_taken_back(self, office: Office, given: str) -> None:
        await link(office)
        assert (await office.send("POST", "/api/stories/revoke", {"link": given})).status == 404

    async def test_without_a_link_it_is_said_what_to_give(self, office: Office) -> None:
        refused = await office.send("POST", "/api/stories/revoke", {})
        assert (refused.status, "link" in refused.message) == (400, True)


async def _another(office: Office, first: str) -> str:
    """Return another link to the same story: one that ends a minute later."""
    key_id, key = next(iter((await office.outside.secrets.client_state_keys()).items()))
    story = read_token(first.rpartition("/")[2].partition("?")[0], {key_id: key}, office.world.clock.now())
    assert story is not None
    later = Story(story.resource, story.mapping, story.expires + timedelta(minutes=1))
    return f"/api/story/{story_token(key_id, key, later)}"

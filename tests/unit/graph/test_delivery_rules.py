"""The endpoint's health, expiry rules and the journal, on values alone (facts 1.2, 1.5)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from local.graph.host_health import HostHealth
from local.graph.journal import Journal, decode, encode
from local.graph.seed import default_company, populate
from local.graph.store import Store
from local.graph.subscription_rules import check_url, expiry
from local.graph.values import Change, EventId, Mailbox, MailboxId
from local.graph.wire import GraphError

NOW = datetime(2027, 1, 4, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ([0.1] * 100, "ok"),
        ([3.0] * 99, "ok"),
        ([0.1] * 90 + [3.0] * 10, "ok"),
        ([0.1] * 89 + [3.0] * 11, "slow"),
        ([0.1] * 85 + [10.0] * 15, "slow"),
        ([0.1] * 84 + [10.0] * 16, "drop"),
    ],
    ids=["fast", "too few to judge", "10 % slow", "11 % slow", "15 % late", "16 % late"],
)
def test_an_endpoint_is_judged_by_its_share_of_slow_answers(answers: list[float], state: str) -> None:
    health = HostHealth()
    for seconds in answers:
        health.record("host", seconds, NOW)
    assert health.state("host", NOW) == state
    assert health.state("other", NOW) == "ok"
    assert health.state("host", NOW + timedelta(minutes=10)) == "ok", "it is judged anew"


@pytest.mark.parametrize(
    ("minutes", "directory", "expected"), [(10_070, False, 10_070), (5, False, 45), (41_760, True, 41_760)]
)
def test_expiry_is_raised_and_kept(minutes: int, directory: bool, expected: int) -> None:
    found = expiry(NOW + timedelta(minutes=minutes), NOW, directory)
    assert found == NOW + timedelta(minutes=expected)


@pytest.mark.parametrize(
    ("minutes", "directory", "rich"), [(10_071, False, False), (41_761, True, False), (1_441, False, True)]
)
def test_expiry_beyond_the_limit_is_refused(minutes: int, directory: bool, rich: bool) -> None:
    with pytest.raises(GraphError) as caught:
        expiry(NOW + timedelta(minutes=minutes), NOW, directory, rich)
    assert caught.value.code == "ExtensionError"


@pytest.mark.parametrize("url", ["http://example.com/hook", "ftp://127.0.0.1/", "", None])
def test_a_notification_url_is_https_or_on_loopback(url: str | None) -> None:
    assert check_url("https://example.com/hook", "notificationUrl")
    assert check_url("http://127.0.0.1:7071/hook", "notificationUrl")
    with pytest.raises(GraphError):
        check_url(url, "notificationUrl")


def test_values_survive_the_journal(tmp_path: Path) -> None:
    store = Store(Journal(tmp_path))
    populate(store, default_company())
    store.add_mail("a", ("b", "c"), "request", "subject", event="uid")
    again = Store(Journal(tmp_path))
    assert again.mailboxes == store.mailboxes
    assert again.outbox == store.outbox
    assert (again.tenant_id, again.directory_log) == (store.tenant_id, store.directory_log)
    assert again.find_mailbox("EIGER@contoso.example") == store.find_mailbox("eiger@contoso.example")


def test_a_line_cut_short_by_a_kill_is_dropped(tmp_path: Path) -> None:
    store = Store(Journal(tmp_path))
    populate(store, {"rooms": [{"displayName": "One"}, {"displayName": "Two"}]})
    path = tmp_path / "journal.jsonl"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + '["mailbox",{"id":"x', encoding="utf-8")
    again = Store(Journal(tmp_path))
    assert [box.display_name for box in again.mailboxes.values()] == ["One", "Two"]
    again.add_mail("a", ("b",), "request", "after")
    third = Store(Journal(tmp_path))
    assert [mail.subject for mail in third.outbox] == ["after"], "what is written behind the cut line is found"


def test_a_nested_value_is_decoded_to_what_it_was() -> None:
    change = Change(1, MailboxId("m"), EventId("e"), "updated", NOW, (date(2027, 1, 4),))
    assert decode(Change, encode(change)) == change


def test_a_mailbox_is_found_by_every_name_it_has_and_no_longer_by_one_it_had() -> None:
    store = Store()
    box = Mailbox(MailboxId("id-1"), "one@contoso.example", "One", aliases=("uno@contoso.example",))
    store.put_mailbox(box)
    for name in ("ID-1", "One@Contoso.example", "UNO@contoso.example"):
        assert store.find_mailbox(name) == box
    renamed = Mailbox(MailboxId("id-1"), "eins@contoso.example", "Eins")
    store.put_mailbox(renamed)
    assert store.find_mailbox("one@contoso.example") is None
    assert store.find_mailbox("eins@contoso.example") == renamed

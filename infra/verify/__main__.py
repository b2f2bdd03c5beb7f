"""`python -m infra.verify QUESTION --room ID [--user ID] …`: answers one open question of docs/verify-in-a-tenant.md.

Reads the token of the app's identity from the variable TOKEN. Prints the finding in one line. Ends with 0 when there is
one, with 1 when the question stays open. Whatever writes asks for --write.
"""

from __future__ import annotations

import argparse
import os
import sys

from infra.verify import reading, writing
from infra.verify.tenant import CannotSay, Tenant

READING = {
    "select-on-delta": reading.select_on_delta,
    "delta-token": reading.delta_token,
    "schedule-window": reading.schedule_window,
    "subscription-rate": reading.subscription_rate,
    "federated-identity": reading.federated_identity,
    "group-calendar": reading.group_calendar,
}
WRITING = {
    "subscribe": writing.subscribe,
    "renewal": writing.renewal,
    "cancelled-occurrence": writing.cancelled_occurrence,
    "room-removed": writing.room_removed,
    "delete-on-copy": writing.delete_on_copy,
    "transaction": writing.transaction,
}


def main(arguments: list[str]) -> int:
    """Ask one question and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m infra.verify", description=__doc__)
    parser.add_argument("question", choices=sorted(READING | WRITING))
    parser.add_argument("--room", required=True, help="object id of a room's mailbox")
    parser.add_argument("--user", default="", help="object id of a user's mailbox")
    parser.add_argument("--group", default="", help="object id of a Microsoft 365 group")
    parser.add_argument("--graph", default="https://graph.microsoft.com/v1.0")
    parser.add_argument("--notification-url", default="", help="base address of the deployed app")
    parser.add_argument("--kept", default="", help="file in which delta links are kept between two runs")
    parser.add_argument("--patience", type=float, default=60.0, help="seconds to wait for Exchange")
    parser.add_argument("--write", action="store_true", help="permit what makes events and removes them again")
    given = vars(parser.parse_args(arguments))
    question, may_write, token = given.pop("question"), given.pop("write"), os.environ.get("TOKEN", "")
    try:
        _check(question, token, may_write=may_write)
        sys.stdout.write((READING | WRITING)[question](Tenant(token=token, **given)) + "\n")
    except CannotSay as reason:
        sys.stderr.write(f"open: {reason}\n")
        return 1
    return 0


def _check(question: str, token: str, *, may_write: bool) -> None:
    if not token:
        raise CannotSay("put the token of the app's identity into the variable TOKEN")
    if question in WRITING and not may_write:
        raise CannotSay(f"{question} makes something and removes it again; repeat with --write")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Questions that are answered by reading alone. Each function returns its finding in one line."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from infra.verify.tenant import CannotSay, Tenant, stamp, tomorrow

_WINDOWS = (31, 42, 62, 63, 93, 186, 366)
_ASKED_AT_ONCE, _ROUNDS = 20, 5


def _delta(room: str, more: str = "") -> str:
    start = tomorrow(0)
    query = f"startDateTime={stamp(start)}&endDateTime={stamp(start + timedelta(days=30))}{more}"
    return f"users/{room}/calendarView/delta?{query}"


def select_on_delta(tenant: Tenant) -> str:
    """Is ``$select`` taken by calendarView/delta? Assumed: refused with 400."""
    answer = tenant.ask("GET", _delta(tenant.room, "&$select=subject,start,end"))
    if answer.status == 400:
        return f"$select on calendarView/delta is refused ({answer.told}), as assumed"
    if answer.status != 200:
        raise CannotSay(f"the delta query was answered {answer.told}")
    fields = {name for each in answer.body.get("value", ()) for name in each if not name.startswith("@")}
    if not fields:
        return "$select on calendarView/delta is accepted; the room has no event in 30 days to see whether it counts"
    return f"$select on calendarView/delta is accepted; events come with {', '.join(sorted(fields))}"


def delta_token(tenant: Tenant) -> str:
    """How long does a delta token live? Keeps one in a file, and asks for the oldest again each time it is run."""
    if not tenant.kept:
        raise CannotSay("name a file with --kept, and run this again after 1, 7, 30 and 60 days")
    file, now = Path(tenant.kept), datetime.now(UTC)
    kept = json.loads(file.read_text("utf-8")) if file.exists() else []
    lived = []
    for each in kept:
        answer = tenant.ask("GET", each["link"])
        days = (now - datetime.fromisoformat(each["since"])).days
        lived.append(f"of {days} days: {'alive' if answer.status == 200 else answer.told}")
    *_, last = tenant.pages(_delta(tenant.room))
    kept.append({"since": now.isoformat(), "link": last["@odata.deltaLink"]})
    file.touch(mode=0o600)
    file.write_text(json.dumps(kept), "utf-8")
    return "delta tokens " + ("; ".join(lived) if lived else f"are kept in {file} from today; run this again later")


def group_calendar(tenant: Tenant) -> str:
    """May an application read a group's own calendar? Assumed: refused, whatever it was granted."""
    if not tenant.group:
        raise CannotSay("name a Microsoft 365 group that organises meetings with --group")
    answer = tenant.ask("GET", f"groups/{tenant.group}/events?$top=1&$select=iCalUId,subject,sensitivity")
    if answer.status in (401, 403):
        return f"a group's calendar is refused to an application ({answer.told}), as assumed"
    if answer.status != 200:
        raise CannotSay(f"the group's events were answered {answer.told}")
    found = "with" if answer.body.get("value") else "without"
    return (
        f"a group's calendar is open to an application ({found} an event in it); its meetings could show their titles"
    )


def schedule_window(tenant: Tenant) -> str:
    """What is the widest window of getSchedule? Documented: 62 days."""
    mailbox = tenant.done("GET", f"users/{tenant.room}?$select=mail").get("mail")
    widest, refused = 0, ""
    for days in _WINDOWS:
        start = tomorrow(0)
        times = {"startTime": start, "endTime": start + timedelta(days=days)}
        body = {name: {"dateTime": f"{at:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"} for name, at in times.items()}
        path = f"users/{tenant.user or tenant.room}/calendar/getSchedule"
        answer = tenant.ask("POST", path, {"schedules": [mailbox], "availabilityViewInterval": 60, **body})
        inner = [each.get("error") for each in answer.body.get("value", ()) if each.get("error")]
        if answer.status == 200 and not inner:
            widest = days
        elif widest:
            refused = f"{days} days are refused ({inner[0].get('responseCode') if inner else answer.told})"
            break
        else:
            raise CannotSay(f"getSchedule was answered {answer.told} for {days} days")
    return f"getSchedule takes {widest} days; {refused or 'nothing wider was tried'}"


def subscription_rate(tenant: Tenant) -> str:
    """At what rate does the subscription API throttle? Asks for subscriptions that do not exist, 20 in a batch."""
    seen: dict[int, int] = {}
    waits = set()
    for _ in range(_ROUNDS):
        requests = [{"id": str(n), "method": "GET", "url": f"/subscriptions/{uuid4()}"} for n in range(_ASKED_AT_ONCE)]
        for each in tenant.done("POST", "$batch", {"requests": requests})["responses"]:
            seen[each["status"]] = seen.get(each["status"], 0) + 1
            waits |= {each.get("headers", {}).get("Retry-After", "none")} if each["status"] == 429 else set()
    counted = ", ".join(f"{count} of {status}" for status, count in sorted(seen.items()))
    throttled = f"throttled, Retry-After {', '.join(sorted(waits))}" if 429 in seen else "not throttled"
    return f"{_ROUNDS * _ASKED_AT_ONCE} requests about subscriptions at once: {throttled} ({counted})"


def federated_identity(tenant: Tenant) -> str:
    """Does an application take the managed identity's token? Runs where that identity is (App Service environment).

    Needs IDENTITY_ENDPOINT, IDENTITY_HEADER, and SIGN_IN (https://login…/<tenant>), APPLICATION and, for a
    user-assigned identity, AZURE_CLIENT_ID.
    """
    given = {
        name: os.environ.get(name, "") for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "SIGN_IN", "APPLICATION")
    }
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise CannotSay(f"{', '.join(missing)} not set: run this in the app's own environment")
    own = os.environ.get("AZURE_CLIENT_ID", "")
    audience = os.environ.get("AUDIENCE", "api://AzureADTokenExchange")
    query = {"api-version": "2019-08-01", "resource": audience} | ({"client_id": own} if own else {})
    headers = {"X-IDENTITY-HEADER": given["IDENTITY_HEADER"]}
    assertion = _token(f"{given['IDENTITY_ENDPOINT']}?{urllib.parse.urlencode(query)}", headers, None)
    form = {
        "client_id": given["APPLICATION"],
        "grant_type": "client_credentials",
        "scope": f"{tenant.graph.removesuffix('/v1.0')}/.default",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
    }
    _token(f"{given['SIGN_IN']}/oauth2/v2.0/token", {}, urllib.parse.urlencode(form).encode())
    return f"a {'user' if own else 'system'}-assigned identity is taken as the application's federated credential"


def _token(url: str, headers: dict[str, str], data: bytes | None) -> str:
    try:
        request = urllib.request.Request(url, data, headers)  # noqa: S310  # given by whoever runs it
        with urllib.request.urlopen(request, timeout=60) as answered:  # noqa: S310
            return str(json.load(answered)["access_token"])
    except urllib.error.HTTPError as error:
        told = error.read().decode(errors="replace")
        raise CannotSay(f"{urllib.parse.urlsplit(url).path} was answered {error.code}: {told[:200]}") from error
    except (OSError, ValueError, LookupError) as error:
        raise CannotSay(f"{urllib.parse.urlsplit(url).path} gave no token ({type(error).__name__})") from error

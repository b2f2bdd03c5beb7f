"""People and programs as App Service authentication presents them, and the environment in which it does."""

from __future__ import annotations

import base64
import json
from typing import Any

from functions.caller import ON_DUTY, PRINCIPAL

APPLICATION = "bbbbbbbb-0000-4000-8000-000000000001"
BEHIND_SIGN_IN = {"LOCKSTEP_SIGN_IN": APPLICATION.upper(), ON_DUTY: "True"}
OBJECT_ID = "cccccccc-0000-4000-8000-000000000001"


def claims(*roles: str, **more: str) -> list[dict[str, str]]:
    """The claims of somebody who holds roles, as a token of version 2 has them."""
    said = {
        "aud": APPLICATION,
        "http://schemas.microsoft.com/identity/claims/objectidentifier": OBJECT_ID,
        "preferred_username": "olga@contoso.example",
        "name": "Olga Operator",
        "azp": "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
    } | more
    listed = [{"typ": kind, "val": value} for kind, value in said.items() if value]
    return listed + [{"typ": "roles", "val": role} for role in roles]


def header_of(document: Any) -> str:
    """Whatever JSON is given, as the header carries it."""
    return base64.b64encode(json.dumps(document).encode()).decode()


def signed_in(*roles: str, **more: str) -> dict[str, str]:
    """The header of somebody who holds roles."""
    return {
        PRINCIPAL: header_of({"auth_typ": "aad", "name_typ": "n", "role_typ": "r", "claims": claims(*roles, **more)})
    }

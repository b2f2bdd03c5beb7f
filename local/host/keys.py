"""Keys of the host: the master key and the default function key, given or made once and kept in the state folder.

A request brings its key as `?code=` or in `x-functions-key`; the header wins. Level `function` takes either key,
level `admin` the master key only, `anonymous` none. Keys are compared in constant time and never logged.
"""

import hmac
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from local.host.app_settings import HostSection
from local.host.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Keys:
    """Both keys."""

    master: str = field(repr=False)
    function: str = field(repr=False)

    def admit(self, level: str, offered: str | None) -> bool:
        """Whether `offered` opens a function of this auth level."""
        if level == "anonymous":
            return True
        accepted = [self.master] if level == "admin" else [self.master, self.function]
        # no early end: which key matched must not show in the time it takes
        matches = [hmac.compare_digest(key.encode(), (offered or "").encode()) for key in accepted]
        return any(matches)


def keys_of(given: HostSection, state: Path) -> Keys:
    """The keys given in the settings file; those not given come from `state`, where they are made when missing.

    Raises:
        Refusal: the kept keys cannot be read or written.
    """
    path = state / "keys.json"
    try:
        kept = json.loads(path.read_text("utf-8")) if path.exists() else {}
        master = given.master_key or kept.get("masterKey") or secrets.token_urlsafe(32)
        function = given.function_key or kept.get("functionKey") or secrets.token_urlsafe(32)
        wanted = {"masterKey": master, "functionKey": function}
        if kept != wanted:
            state.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(json.dumps(wanted), "utf-8")
    except (OSError, ValueError) as error:
        raise Refusal(
            f"The keys in {path} cannot be kept ({error}); remove the file or name another --state."
        ) from error
    return Keys(master, function)

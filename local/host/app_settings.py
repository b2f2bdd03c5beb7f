"""App settings: the file, the environment, and `%NAME%` in bindings.

The file is shaped like `local.settings.json`. Its `Values` become environment variables of this process, as app
settings do in Azure, and they win over variables that were already set, so that a stack behaves the same on every
machine (Core Tools lets the environment win; its message about it is easily missed). Its `Host` section is for the
host alone: the app never sees it. Names are looked up without regard to case, as .NET configuration does.
"""

import json
import os
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path

from local.host.refusal import Refusal

_REFERENCE = re.compile(r"%([^%\s]+)%")


@dataclass(frozen=True, slots=True)
class HostSection:
    """What the file's `Host` section says to the host itself; None where it says nothing."""

    port: int | None = None
    master_key: str | None = field(default=None, repr=False)
    function_key: str | None = field(default=None, repr=False)
    cors: str | None = None


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """A `local.settings.json` that was read and found well formed."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    host: HostSection = HostSection()


class AppSettings:
    """The app's settings as bindings see them: the environment, without regard to case."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._values = {name.casefold(): value for name, value in environment.items()}

    def get(self, name: str) -> str | None:
        """The value of a setting; None where it is missing. An empty value is a value."""
        return self._values.get(name.casefold())

    def resolve(self, text: str, where: str) -> str:
        """`text` with each `%NAME%` replaced by the setting of that name.

        Raises:
            Refusal: a named setting is missing; Azure refuses to index such a function.
        """

        def value(match: re.Match[str]) -> str:
            found = self.get(match[1])
            if not found:
                raise Refusal(f"{where}: '%{match[1]}%' does not resolve to a value; add the app setting {match[1]}.")
            return found

        return _REFERENCE.sub(value, text)


def read_settings_file(path: Path) -> SettingsFile:
    """Read a file shaped like `local.settings.json`.

    Raises:
        Refusal: it cannot be read, is no JSON object, is encrypted, or has a value that is no string.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise Refusal(
            f"The settings file {path} cannot be read ({error.strerror}); name another with --settings."
        ) from error
    except ValueError as error:
        raise Refusal(f"The settings file {path} is not JSON: {error}.") from error
    if not isinstance(document, dict):
        raise Refusal(f"The settings file {path} is no JSON object; it needs a 'Values' object of strings.")
    if document.get("IsEncrypted", False):
        raise Refusal(f"The settings file {path} is encrypted; this host reads plain values only (IsEncrypted false).")
    return SettingsFile(_values(document.get("Values", {}), path), _host_section(document.get("Host", {}), path))


def apply(settings: SettingsFile, environment: MutableMapping[str, str] = os.environ) -> AppSettings:
    """Put the file's values into the environment and return the settings that result."""
    environment.update(settings.values)
    return AppSettings(environment)


def _values(values: object, path: Path) -> Mapping[str, str]:
    if not isinstance(values, dict):
        raise Refusal(f"'Values' in {path} is no JSON object; it maps setting names to strings.")
    for name, value in values.items():
        if not isinstance(value, str):
            raise Refusal(f"The setting {name} in {path} is no string; app settings are strings, put it in quotes.")
    return values


def _host_section(section: object, path: Path) -> HostSection:
    if not isinstance(section, dict):
        raise Refusal(f"'Host' in {path} is no JSON object.")
    port = section.get("LocalHttpPort")
    if port is not None and not isinstance(port, int):
        raise Refusal(f"'Host.LocalHttpPort' in {path} is no number.")
    keys = [section.get("MasterKey"), section.get("FunctionKey")]
    if any(key is not None and (not isinstance(key, str) or not key) for key in keys):
        raise Refusal(f"'Host.MasterKey' and 'Host.FunctionKey' in {path} are non-empty strings or left out.")
    cors = section.get("CORS")
    if cors is not None and not isinstance(cors, str):
        raise Refusal(f"'Host.CORS' in {path} is no string; it lists origins, separated by commas.")
    return HostSection(port, keys[0], keys[1], cors)

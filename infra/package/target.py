"""Which Python on which machine the package is made for: the one that the deployment's parameters name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_SETTING = re.compile(r"^param pythonVersion = '(\d+\.\d+)'$", re.MULTILINE)
_PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
"""What wheels may be named after. The images of Flex Consumption have a glibc of 2.31 or newer."""

SUPPORTED = ("3.11", "3.12", "3.13")


class PackageFailure(Exception):
    """The package cannot be built. The message is one sentence that ends with what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the package will run: Linux on x86_64, CPython of ``python`` (such as 3.12)."""

    python: str

    def __post_init__(self) -> None:
        if self.python not in SUPPORTED:
            raise PackageFailure(f"Lockstep runs on Python {', '.join(SUPPORTED)}, not on {self.python}: name another.")

    @classmethod
    def of_deployment(cls, parameters: Path) -> Target:
        """Return what a ``.bicepparam`` file deploys on. Raises ``PackageFailure``."""
        found = _SETTING.search(parameters.read_text("utf-8"))
        if found is None:
            raise PackageFailure(f"{parameters} sets no pythonVersion to a literal: name one with --python.")
        return cls(found[1])

    @property
    def pip_options(self) -> list[str]:
        """What makes pip choose wheels for there and not for here."""
        platforms = [option for each in _PLATFORMS for option in ("--platform", each)]
        return [*platforms, "--python-version", self.python, "--implementation", "cp", "--only-binary", ":all:"]

    @property
    def markers(self) -> dict[str, str]:
        """What environment markers of requirements are judged by, instead of this machine."""
        return {
            "python_version": self.python,
            "python_full_version": f"{self.python}.0",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "sys_platform": "linux",
            "os_name": "posix",
            "platform_system": "Linux",
            "platform_machine": "x86_64",
        }

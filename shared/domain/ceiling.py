"""How many resources a tenant may have linked at the same time: a number, or its users and so many more. Pure.

It is asked when a resource is linked and at no other time: a ceiling that sinks unlinks nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORM = re.compile(r"(users\s*\+\s*)?(\d{1,6})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Ceiling:
    """``number`` resources, on top of one for each active user where ``above_users``."""

    number: int
    above_users: bool = False

    @classmethod
    def parse(cls, text: str) -> Ceiling:
        """Return the ceiling of a text such as ``55`` or ``users+5``. Raises ``ValueError``."""
        found = _FORM.fullmatch(text.strip())
        if found is None:
            raise ValueError("a ceiling is a number, or users+ and a number, such as users+5")
        return cls(int(found[2]), found[1] is not None)

    def limit(self, users: int) -> int:
        """Return how many resources may be linked where there are so many active users."""
        return self.number + (users if self.above_users else 0)

    def refusal(self, linked: int, users: int) -> str:
        """Return the sentence for whoever wants to link one more."""
        made_of = f" ({users} users and {self.number})" if self.above_users else ""
        return (
            f"{linked} resources are linked and {self.limit(users)}{made_of} may be: unlink one first, or have the "
            "ceiling raised"
        )

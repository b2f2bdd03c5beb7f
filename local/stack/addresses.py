"""Where a visitor looks first: pages with what opens them in the fragment, which no browser sends to a server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Addresses:
    """The pages of one stack."""

    outlook: str
    """Outlook beside the booking page: the simulator's."""
    console: str
    book: str

    @classmethod
    def of(cls, graph: str, host: str, key: str) -> Addresses:
        """The pages of a stack whose host is opened by a function key."""
        console, book = (f"{host}/api/{face}#key={key}" for face in ("console", "book"))
        return cls(f"{graph}/sim/outlook#host={host}&key={key}", console, book)

    def lines(self) -> str:
        """The addresses as they are printed, the one to open first on top."""
        return (
            f"  begin here: Outlook and the booking page, side by side\n    {self.outlook}\n"
            f"  the console of whoever runs the rooms\n    {self.console}\n"
            f"  the booking page by itself\n    {self.book}"
        )

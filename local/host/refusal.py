"""The one error that stops the host from starting.

Its text is one sentence for a person: what was wrong, where, what to do. No stack trace is shown with it.
"""


class Refusal(Exception):
    """The host does not start. `str()` is the whole message, one line."""

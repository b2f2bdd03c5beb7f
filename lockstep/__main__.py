"""``python -m lockstep``: the same as the console script ``lockstep``."""

from lockstep.main import run

run()

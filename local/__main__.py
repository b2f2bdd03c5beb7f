"""`python -m local up | host | graph | servicebus | tables`: the embedded stack on one machine."""

from __future__ import annotations

import sys

from local.stack.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

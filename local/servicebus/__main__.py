"""`python -m local.servicebus`: the emulator as a process of its own."""

import sys

from local.servicebus.server import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A demonstration that says which stack it saw and ends with the exit code of STANDIN_DEMO_EXIT."""

import json
import os
import sys
from pathlib import Path


def main() -> int:
    stack = json.loads(Path(sys.argv[sys.argv.index("--stack") + 1]).read_text("utf-8"))
    sys.stdout.write(f"demo saw {stack['host']} {'once' if '--once' in sys.argv else 'lasting'}\n")
    return int(os.environ["STANDIN_DEMO_EXIT"])


if __name__ == "__main__":
    sys.exit(main())

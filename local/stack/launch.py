"""Tells the keeper about this process, then becomes the component: `launch.py FD SIGNAL PROGRAM ARG...`

Standard library only, and started with `python -I -S`: it costs about 10 ms per component. FD is the keeper's pipe.
Registering before the component runs leaves no instant at which it could be orphaned unseen: as long as this process
has not registered, it holds the pipe open itself.
"""

import os
import sys


def main() -> None:
    """Register and exec; exits with 127 and one line when the program cannot be started."""
    pipe, signal_number, program = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    os.write(pipe, f"+{os.getpid()} {signal_number}\n".encode())
    # The component must not hold the pipe: its closing is the sign that the supervisor is gone.
    os.set_inheritable(pipe, False)
    try:
        os.execvp(program[0], program)  # noqa: S606  # the command line is the stack's own
    except OSError as error:
        print(f"{program[0]} cannot be started: {error.strerror}", file=sys.stderr)
        sys.exit(127)


if __name__ == "__main__":
    main()

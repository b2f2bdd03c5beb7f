"""`program.py PORT BEHAVIOUR`: listens on loopback, says that it is ready, and waits to be ended."""

import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def main() -> None:
    port, behaviour = int(sys.argv[1]), sys.argv[2]
    if behaviour == "refuse":
        sys.exit("The stand-in refuses to start.")
    if behaviour == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = (
            "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('child', flush=True); signal.pause()"
        )
        with subprocess.Popen([sys.executable, "-c", child], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            say(f"child {process.pid}")
            serve(port)
    serve(port)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Answer(BaseHTTPRequestHandler):
    """Whatever is asked: the tenant, which `up` asks Graph for."""

    def do_GET(self) -> None:
        body = b'{"issuer": "https://login.microsoftonline.com/standin-tenant/v2.0"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(port: int) -> None:
    with ThreadingHTTPServer(("127.0.0.1", port), Answer) as server:
        say(f"ready {port}")
        server.serve_forever()


if __name__ == "__main__":
    main()

"""Identity-style settings: the trigger takes a token from the platform's identity endpoint, here one on loopback."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage

from tests.integration.host.driving import Process, Seen, until

Start = Callable[..., Process]


class _IdentityEndpoint(ThreadingHTTPServer):
    """The managed identity endpoint of an app service: header X-IDENTITY-HEADER, `resource`, `client_id`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[dict[str, list[str]]] = []


class _Handler(BaseHTTPRequestHandler):
    server: _IdentityEndpoint

    def do_GET(self) -> None:
        if self.headers.get("X-IDENTITY-HEADER") != "the-header":
            self.send_error(401)
            return
        self.server.asked.append(parse_qs(urlsplit(self.path).query))
        token = {"access_token": "a-token", "expires_on": "4102444800", "resource": "x", "token_type": "Bearer"}
        body = json.dumps(token).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Say nothing."""


@pytest.fixture
def identity() -> Iterator[_IdentityEndpoint]:
    server = _IdentityEndpoint()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_trigger_with_identity_settings_asks_for_a_token_of_its_client_id(
    broker: Start, start_host: Start, seen: Seen, identity: _IdentityEndpoint
) -> None:
    bus = broker()
    start_host(
        "queue",
        SESSION_QUEUE="wakeups",
        SEEN=str(seen.path),
        Bus__fullyQualifiedNamespace=f"127.0.0.1:{bus.ports[0]}",
        Bus__credential="managedidentity",
        Bus__clientId="the-client",
        IDENTITY_ENDPOINT=f"http://127.0.0.1:{identity.server_port}/msi/token",
        IDENTITY_HEADER="the-header",
    )
    text = (
        f"Endpoint=sb://127.0.0.1:{bus.ports[0]};SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true;"
    )
    sender = ServiceBusClient.from_connection_string(text).get_queue_sender("wakeups")
    sender.send_messages(ServiceBusMessage("{}", message_id="m1", session_id="room"))
    until(lambda: seen.all("ended", id="m1"))
    assert identity.asked
    assert {asked["client_id"][0] for asked in identity.asked} == {"the-client"}
    assert {asked["resource"][0].rstrip("/") for asked in identity.asked} == {"https://servicebus.azure.net"}

"""An app that touches each component once, through nothing but its app settings.

`POST /api/names/{name}` puts the name on the queue; taking it up asks Graph for that user with the identity's token and
writes the answer into a table.
"""

from __future__ import annotations

import os

import azure.functions as func
import httpx
from azure.data.tables import TableServiceClient
from azure.identity import ManagedIdentityCredential
from azure.servicebus import ServiceBusClient, ServiceBusMessage

CONNECTION = "ServiceBus"
SCOPE = "https://graph.microsoft.com/.default"

app = func.FunctionApp()


@app.route("names/{name}", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
def receive(req: func.HttpRequest) -> func.HttpResponse:
    name = req.route_params["name"]
    namespace = os.environ[CONNECTION]
    with (
        ServiceBusClient.from_connection_string(namespace) as client,
        client.get_queue_sender(os.environ["LOCKSTEP_QUEUE"]) as sender,
    ):
        sender.send_messages(ServiceBusMessage(name, session_id=name))
    return func.HttpResponse(status_code=202)


@app.service_bus_queue_trigger(
    arg_name="message", queue_name="%LOCKSTEP_QUEUE%", connection=CONNECTION, is_sessions_enabled=True
)
def take_up(message: func.ServiceBusMessage) -> None:
    name = message.get_body().decode("utf-8")
    tables = TableServiceClient.from_connection_string(os.environ["LOCKSTEP_TABLES"])
    table = tables.create_table_if_not_exists("names")
    table.upsert_entity({"PartitionKey": "names", "RowKey": name, "answer": asked_graph(name)})


def asked_graph(name: str) -> str:
    """The names of the company's users whose display name starts so, as Graph gives them."""
    token = ManagedIdentityCredential().get_token(SCOPE).token
    address = f"{os.environ['LOCKSTEP_GRAPH_URL']}/users"
    users = httpx.get(address, headers={"Authorization": f"Bearer {token}"}).raise_for_status().json()["value"]
    return ", ".join(user["displayName"] for user in users if user["displayName"].startswith(name))

"""A sample app for the host's tests: Service Bus functions that write down what they saw and do as they are told."""

import asyncio
import json
import os
import time
from pathlib import Path
from typing import List  # noqa: UP035 - see in_batch

import azure.functions as func

app = func.FunctionApp()


def _note(kind: str, message: func.ServiceBusMessage, **more: object) -> None:
    line = {
        "kind": kind,
        "id": message.message_id,
        "session": message.session_id,
        "delivery": message.delivery_count,
        "body": message.get_body().decode(),
        "properties": message.application_properties,
        "at": time.time(),
        **more,
    }
    with Path(os.environ["SEEN"]).open("a") as log:
        log.write(json.dumps(line) + "\n")


@app.service_bus_queue_trigger("message", "Bus", "%SESSION_QUEUE%", is_sessions_enabled=True, cardinality="one")
async def in_session(message: func.ServiceBusMessage, context: func.Context) -> None:
    order = json.loads(message.get_body())
    _note("begun", message, trace=context.trace_context.trace_parent)
    await asyncio.sleep(order.get("sleep", 0))
    if order.get("fail", 0) >= (message.delivery_count or 0):
        raise ValueError("told to fail")
    _note("ended", message)


@app.service_bus_queue_trigger("message", "Bus", "plain")
def plain(message: func.ServiceBusMessage) -> None:
    order = json.loads(message.get_body())
    _note("plain begun", message)
    time.sleep(order.get("sleep", 0))
    if order.get("fail", 0) >= (message.delivery_count or 0):
        raise ValueError("told to fail")
    _note("plain", message)


@app.service_bus_queue_trigger("messages", "Bus", "batches", is_sessions_enabled=True, cardinality="many")
async def in_batch(messages: List[func.ServiceBusMessage]) -> None:  # noqa: UP006 - Azure refuses list[...]
    for message in messages:
        _note("batch", message, size=len(messages))
    await asyncio.sleep(json.loads(messages[0].get_body()).get("sleep", 0))
    if any(json.loads(each.get_body()).get("fail", 0) >= (each.delivery_count or 0) for each in messages):
        raise ValueError("told to fail")

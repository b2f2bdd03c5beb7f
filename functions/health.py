"""Health: is the app up, and can it reach what a notification needs? Open to anybody, tells nothing else."""

from __future__ import annotations

import logging

import azure.functions as func

from functions.answers import answer
from shared.composition import installed
from shared.ports.errors import PortError
from shared.settings import BadSettings

health = func.Blueprint()
logger = logging.getLogger("lockstep.health")


@health.function_name("health")
@health.route("health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def check_health(req: func.HttpRequest) -> func.HttpResponse:
    """Answer ``ok`` where settings are usable and storage answers."""
    try:
        common = await installed()
        await common.secrets.client_state_keys()
    except BadSettings as error:
        logger.error("%s", error)
        return answer({"status": "misconfigured"}, 500)
    except PortError as error:
        logger.error("storage cannot be reached: %s", error)
        return answer({"status": "storage unreachable"}, 503)
    return answer({"status": "ok"})

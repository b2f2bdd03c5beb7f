"""The description of the app's own API, for people and for programs."""

from __future__ import annotations

import azure.functions as func

from functions.answers import answer, told

openapi = func.Blueprint()


@openapi.function_name("openapi")
@openapi.route("openapi.json", methods=["GET"])
@told
async def describe(req: func.HttpRequest) -> func.HttpResponse:
    """The description in OpenAPI 3.1."""
    from functions.description.document import document

    return answer(document())

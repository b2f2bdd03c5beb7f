"""A sample app for the host's tests: HTTP in its variants, a blueprint, timers."""

import asyncio
import json
import os
import time

import azure.functions as func
import more  # type: ignore[import-not-found]  # the host puts the folder of the app on sys.path

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
app.register_functions(more.blueprint)


@app.route(route="echo/{name?}", methods=["GET", "POST"])
async def echo(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    seen = {
        "method": req.method,
        "url": req.url,
        "headers": dict(req.headers),
        "query": dict(req.params),
        "route": dict(req.route_params),
        "body": req.get_body().decode("latin-1"),
        "trace": context.trace_context.trace_parent,
        "function": context.function_name,
    }
    return func.HttpResponse(json.dumps(seen), mimetype="application/json", headers={"x-seen": "yes"})


@app.route(route="echo/fixed")
async def fixed(req: func.HttpRequest) -> str:
    return "fixed"


@app.route(route="keyed", auth_level=func.AuthLevel.FUNCTION)
async def keyed(req: func.HttpRequest) -> str:
    return "opened"


@app.route(route="master", auth_level=func.AuthLevel.ADMIN)
async def master(req: func.HttpRequest) -> str:
    return "opened"


@app.route(route="fails")
async def fails(req: func.HttpRequest) -> str:
    raise ValueError("told to fail")


@app.route(route="nothing")
async def nothing(req: func.HttpRequest) -> func.HttpResponse:
    return None  # type: ignore[return-value]  # the mistake under test


@app.route(route="slow/{seconds}")
async def slow(req: func.HttpRequest) -> str:
    began = time.time()
    await asyncio.sleep(float(req.route_params["seconds"]))
    return f"{began} {time.time()}"


@app.route(route="blocking/{seconds}")
def blocking(req: func.HttpRequest) -> str:
    began = time.time()
    time.sleep(float(req.route_params["seconds"]))
    return f"{began} {time.time()}"


@app.route(route="cookies")
async def cookies(req: func.HttpRequest) -> func.HttpResponse:
    response = func.HttpResponse(status_code=204)
    response.headers.add("Set-Cookie", "a=1; Path=/")
    response.headers.add("Set-Cookie", "b=2; HttpOnly")
    return response


@app.route(route="item/{id:int}")
async def item(req: func.HttpRequest) -> str:
    return str(req.route_params["id"])


@app.route(route="setting/{name}")
async def setting(req: func.HttpRequest) -> func.HttpResponse:
    value = os.environ.get(req.route_params["name"])
    return func.HttpResponse(value or "", status_code=200 if value is not None else 404)

"""The least that a notification endpoint can do: it answers 202 and looks at nothing."""

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route(route="notifications/changes", methods=["POST"])
async def notify_changes(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(status_code=202)

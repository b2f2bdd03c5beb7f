"""What the tenant's administrator has to do, as one page and one script with this installation's ids filled in.

``/api/setup`` makes the link and needs a key. The link itself needs none: it is signed, ends after 30 days, and shows
nothing that is secret. Nothing here changes anything.
"""

from __future__ import annotations

import html
import string
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import azure.functions as func

from functions.acting import acting
from functions.answers import CAREFUL, PAGE, BadRequest, Unknown, answer, told, told_to_anybody
from shared.composition import composed, installed
from shared.domain.ids import TenantId
from shared.domain.setup_link import LIFETIME, read_setup_token, setup_token
from shared.settings import read_settings

setup = func.Blueprint()

SCRIPT = Path(__file__).parents[1] / "infra" / "tenant" / "grant.ps1"
_FILLED_IN = ("tenant", "application", "cloud", "mail from")
_OPENS_NOTHING = "this link opens nothing: it is incomplete, or it has expired"
_PAGE = Path(__file__).with_name("setup.html")


@dataclass(frozen=True)
class _Ids:
    """What is filled in: all of it stands in the installation's settings, none of it is secret."""

    tenant: TenantId
    application: str
    cloud: str
    mail_from: str

    def of(self, name: str) -> str:
        return str(getattr(self, name.replace(" ", "_")))


@setup.function_name("make_setup_link")
@setup.route("setup", methods=["GET"])
@told
async def make_setup_link(req: func.HttpRequest) -> func.HttpResponse:
    """Make the link for the administrator of the tenant whose key the call carries."""
    outside = (await composed()).outside
    key_id, key = next(iter((await outside.secrets.client_state_keys()).items()))
    until = outside.clock.now().replace(microsecond=0) + LIFETIME
    token = setup_token(key_id, key, outside.tenant, until)
    async with acting(req, outside, "make_setup_link") as deed:
        deed.led_to(until=f"{until:%Y-%m-%dT%H:%M:%SZ}")
    url = f"{outside.notification_url}/api/setup/{token}"
    return answer({"url": url, "until": until.strftime("%Y-%m-%dT%H:%M:%S.000Z")})


@setup.function_name("show_setup")
@setup.route("setup/{token}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@told_to_anybody
async def show_setup(req: func.HttpRequest) -> func.HttpResponse:
    """The page, or with ``?script=true`` the script."""
    wanted = req.params.get("script", "false")
    if wanted not in ("true", "false"):
        raise BadRequest("script must be true or false")
    ids = await _opened(req.route_params["token"])
    if wanted == "true":
        headers = {**CAREFUL, "Content-Disposition": 'attachment; filename="lockstep-grant.ps1"'}
        return func.HttpResponse(_script(ids), headers=headers, mimetype="text/plain", charset="utf-8")
    page = string.Template(_PAGE.read_text("utf-8"))
    shown = {name.replace(" ", "_"): html.escape(ids.of(name)) for name in _FILLED_IN}
    return func.HttpResponse(page.substitute(shown), headers=PAGE, mimetype="text/html", charset="utf-8")


async def _opened(token: str) -> _Ids:
    """Return what a link opens. Raises ``Unknown`` where that is nothing."""
    keys = await (await installed()).secrets.client_state_keys()
    tenant = read_setup_token(token, keys, datetime.now(UTC))
    if tenant is None:
        raise Unknown(_OPENS_NOTHING)
    settings = read_settings()
    served = settings.of(tenant)
    if served is None:
        raise Unknown(_OPENS_NOTHING)
    application = served.application or served.identity
    if not application:
        raise Unknown("AZURE_CLIENT_ID is not set: the app runs without an identity that could be granted anything")
    return _Ids(served.id, application, settings.cloud.name, served.mail_from)


def _script(ids: _Ids) -> str:
    """Return the script with the ids in it. Settings are checked when they are read; a quote would end the text."""
    text = SCRIPT.read_text("utf-8")
    for name in _FILLED_IN:
        text = text.replace(f"'<{name}>'", "'" + ids.of(name).replace("'", "''") + "'")
    return text

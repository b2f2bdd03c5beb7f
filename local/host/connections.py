"""Where a Service Bus connection name leads: a connection string, or a namespace and a credential.

The lookup is that of WebJobs: `AzureWebJobs<name>` before `<name>`; where neither is set, the identity-style settings
`<name>__fullyQualifiedNamespace`, `__credential`, `__clientId` (facts 4.3). Nothing is connected here.
"""

from dataclasses import dataclass, field

from local.host.app_settings import AppSettings
from local.host.functions import FunctionName
from local.host.refusal import Refusal

_CREDENTIALS = (None, "managedidentity")


@dataclass(frozen=True, slots=True)
class SharedKey:
    """A connection string, which holds endpoint and key."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """A namespace and whose identity opens it.

    `managed` False means the default chain of azure-identity, as the extension uses where `__credential` is not set.
    With tenant, client and secret it is that service principal.
    """

    namespace: str
    managed: bool
    client_id: str | None = None
    tenant_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)


Connection = SharedKey | Identity


def connection_of(function: FunctionName, name: str, settings: AppSettings) -> Connection:
    """What the app settings say about the connection `name`.

    Raises:
        Refusal: no setting answers to the name, or what is set contradicts itself.
    """
    text = settings.get(f"AzureWebJobs{name}") or settings.get(name)
    if text:
        return _shared_key(name, text)
    namespace = settings.get(f"{name}__fullyQualifiedNamespace")
    if not namespace:
        raise Refusal(
            f"Function {function}: the connection {name!r} is not known; set {name} to a connection string or "
            f"{name}__fullyQualifiedNamespace to a namespace."
        )
    credential = settings.get(f"{name}__credential") or None
    if credential not in _CREDENTIALS:
        raise Refusal(f"{name}__credential is {credential!r}; it is 'managedidentity' or left out.")
    return Identity(
        namespace=namespace,
        managed=credential == "managedidentity",
        client_id=settings.get(f"{name}__clientId") or None,
        tenant_id=settings.get(f"{name}__tenantId") or None,
        client_secret=settings.get(f"{name}__clientSecret") or None,
    )


def _shared_key(name: str, text: str) -> SharedKey:
    parts = dict(part.split("=", 1) for part in text.split(";") if "=" in part)
    keys = {key.strip().casefold() for key in parts}
    if "endpoint" not in keys or not ({"sharedaccesskey", "sharedaccesssignature"} & keys):
        raise Refusal(f"The setting {name} is no Service Bus connection string: it needs Endpoint and SharedAccessKey.")
    return SharedKey(text)

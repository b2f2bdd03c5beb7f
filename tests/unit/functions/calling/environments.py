"""App settings as the embedded stack and as Azure have them."""

from __future__ import annotations

TENANT = "0F1E2D3C-4b5a-6978-8796-a5b4c3d2e1f0"
LOCAL = {
    "LOCKSTEP_TENANT": TENANT,
    "LOCKSTEP_NOTIFICATION_URL": "http://127.0.0.1:7071/",
    "LOCKSTEP_TABLES": "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=aHVzaA==;TableEndpoint=http://127.0.0.1:9;",
    "ServiceBus": "Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=n;SharedAccessKey=hush;UseDevelopmentEmulator=true;",
    "LOCKSTEP_QUEUE": "wakeups",
    "LOCKSTEP_GRAPH_URL": "http://127.0.0.1:7072/v1.0",
}
AZURE = {
    "LOCKSTEP_TENANT": TENANT,
    "LOCKSTEP_NOTIFICATION_URL": "https://lockstep.azurewebsites.net",
    "LOCKSTEP_TABLES__endpoint": "https://lockstep.table.core.windows.net",
    "ServiceBus__fullyQualifiedNamespace": "lockstep.servicebus.windows.net",
    "LOCKSTEP_QUEUE": "wakeups",
    "AZURE_CLIENT_ID": "aaaaaaaa-0000-0000-0000-000000000001",
}

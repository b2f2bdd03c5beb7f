"""The queue of wake-ups in Azure Service Bus."""

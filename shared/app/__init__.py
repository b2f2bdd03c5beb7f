"""Use cases, one verb per module: they orchestrate ports and decide nothing about calendars."""

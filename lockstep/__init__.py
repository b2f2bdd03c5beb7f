"""The administrator's command line. It speaks to the app over its HTTP API alone and imports nothing of it."""

"""Builds what is deployed: a zip for Flex Consumption that holds the app and the packages it needs, and nothing beside.

Knows the app as files only and imports none of it. Never guesses what may be left out: it is walked from the app's
own imports, and `tests/integration/package` runs the app from what remains.
"""

"""Triggers only: parse, call one use case, map its outcome. Nothing here knows what a calendar is."""

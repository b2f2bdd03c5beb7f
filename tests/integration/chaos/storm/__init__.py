"""Chaos on the running stack: people, mishaps, and the verdict once everything works again."""

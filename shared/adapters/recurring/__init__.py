"""Recurrence rules expanded by python-dateutil."""

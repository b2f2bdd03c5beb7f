"""What the state machine of ``tests/properties`` is made of: people, mishaps, and a witness of everything written."""

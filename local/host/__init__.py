"""The embedded Functions host: runs `function_app.py` from its own bindings, as Azure does, on one machine.

It knows nothing of the product. It reads what Azure reads (the app, `host.json`, app settings), refuses what
Azure refuses, and reproduces what Azure's host and extensions do to messages, timers and requests, quirks included.
Each quirk is a named test. What it does not reproduce (blobs, topics, durable functions, ...) it refuses at start.
"""

"""The description of the app's HTTP surface in OpenAPI 3.1: what can be called, what is sent, what comes back.

Data only; nothing here answers anything. A test holds it against the routes that Azure indexes and against real
answers.
"""

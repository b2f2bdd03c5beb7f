"""What a Service Bus queue does, without any wire: callers hand in contents and outcomes, consumers get messages.

Nothing here awaits, reads a clock of its own or knows a socket; time comes from the `Agenda`.
"""

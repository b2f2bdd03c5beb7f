"""A Service Bus namespace on loopback for the unmodified azure-servicebus SDK.

`amqp` knows the wire and nothing of queues, `broker` knows queues and nothing of the wire, `serving` joins the
two per connection. Nothing here is deployed, nothing listens beyond loopback, and no dependency is needed.
"""

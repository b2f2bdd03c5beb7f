"""One TCP connection of a client: AMQP performatives in, broker calls, performatives out."""

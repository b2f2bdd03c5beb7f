"""AMQP 1.0 as bytes and values: no sockets, no queues, no clock.

Whatever comes in is hostile until it is decoded: every reader is bounded in depth, size and count.
"""

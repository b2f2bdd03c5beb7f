"""Microsoft Graph behind the ports ``Calendar``, ``Subscriptions`` and ``MailboxDirectory``.

Requests go through msgraph-sdk's machinery and answers are read as raw bytes, because its typed models cost
milliseconds per event. Foreign names stop here. Nothing here waits: waiting is the queue's business.
"""

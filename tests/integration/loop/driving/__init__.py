"""Drives the whole of Lockstep from outside: the embedded stack as processes, people in Outlook, the platform's
own users, faults on the way. Nothing here looks into the product; it sees what Graph and the app's API show.
"""

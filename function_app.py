"""The app that Azure indexes: it registers the blueprints and does nothing else."""

from __future__ import annotations

import azure.functions as func

from functions.acts import acts
from functions.admin import admin
from functions.agreed import agreed
from functions.booker import booker
from functions.booker_moves import booker_moves
from functions.bookings import bookings
from functions.caller import host_level
from functions.door import door
from functions.drift import drift
from functions.foreseen import foreseen
from functions.health import health
from functions.lapses import lapses
from functions.latencies import latencies
from functions.no_shows import no_shows
from functions.notifications import notifications
from functions.openapi import openapi
from functions.operations import operations
from functions.overview import overview
from functions.pages import pages
from functions.panels import panels
from functions.people import people
from functions.personal import personal
from functions.platform import platform
from functions.policies import policies
from functions.reconcile import reconcile
from functions.schedules import schedules
from functions.setup import setup
from functions.signing import signing
from functions.story import story
from functions.upkeep import upkeep

app = func.FunctionApp(http_auth_level=host_level())
_OWN = (notifications, reconcile, schedules, admin, agreed, foreseen, upkeep, signing, openapi, health, story, setup)
_PEOPLES = (platform, bookings, people, personal)
_OPERATORS = (operations, lapses, drift, acts, policies, overview, no_shows, latencies)
_FACES = (pages, booker, booker_moves, panels, door)
for blueprint in (*_OWN, *_PEOPLES, *_OPERATORS, *_FACES):
    app.register_functions(blueprint)

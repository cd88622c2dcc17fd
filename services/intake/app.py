"""The wiring of intake."""

import httpx

from chassis.runtime.app import App, Context
from chassis.runtime.personal.erasures import Erasures
from chassis.runtime.personal.keys import load_personal_keys
from chassis.runtime.states import States
from domain.procedures import load_catalogue, load_directory
from domain.rules import load_rule_sets
from domain.worktime import load_calendar
from services.intake.adapters import (
    AddressBook,
    Eraser,
    Looks,
    PersonalDataStore,
    RoutingHolders,
    internal_router,
    make_router,
)
from services.intake.rules import Rules
from services.intake.service import service

HTTP_SECONDS = 5.0
"""The longest wait for routing. Shorter refuses agencies while routing is busy; longer holds connections while it is
down."""


def build(context: Context) -> App:
    """Intake judges by the catalogue and answers over HTTP."""
    directory, settings = load_directory(), context.settings
    calendar = load_calendar(settings.calendar, directory.agencies)
    rules = Rules(load_catalogue(directory=directory), directory, calendar, load_rule_sets(settings.rules))
    personal_data = PersonalDataStore(context.store, load_personal_keys(settings))
    eraser = Eraser(personal_data)
    intake = service(rules, eraser.perform)
    # Who holds a dossier takes no detour: whatever proxy the environment names is not for routing.
    client = httpx.AsyncClient(timeout=HTTP_SECONDS, mounts={settings.address_of_routing: None})
    holders = RoutingHolders(client, settings.address_of_routing, context.access.own)
    addresses = AddressBook(personal_data, Looks(context.store), holders)
    erasures = Erasures(settings.bus, context.store.database, eraser.apply)

    async def prepare() -> None:
        await personal_data.prepare()
        await addresses.looks.prepare()
        await erasures.catch_up()

    return App(
        intake,
        make_router(context, States(intake, context.store), rules.catalogue, addresses),
        internal_router(addresses),
        prepare=prepare,
        close=client.aclose,
    )

"""Intake's outside world: the HTTP API, and the personal-data store behind it."""

from services.intake.adapters.api import make_router
from services.intake.adapters.contacts import AddressBook, Looks, RoutingHolders
from services.intake.adapters.contacts_http import internal_router
from services.intake.adapters.erasing import Eraser
from services.intake.adapters.personal_data import PersonalDataStore

__all__ = ["AddressBook", "Eraser", "Looks", "PersonalDataStore", "RoutingHolders", "internal_router", "make_router"]

"""Asking intake to erase an applicant, and applying all erasures again to stores that were restored."""

from functools import partial
from typing import Any

from chassis.runtime import clock
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import message_of
from chassis.runtime.personal.erasures import Apply, Erasures
from chassis.runtime.personal.keys import load_personal_keys
from chassis.runtime.settings import Settings
from chassis.runtime.states import States
from chassis.runtime.store.mongo import MongoStore
from contracts.authors import OPERATOR
from contracts.envelope import AnyEvent, new_event
from contracts.intake import ErasureRequested
from domain.personal_data import personal_data_in
from services.intake import queries
from services.intake.adapters import Eraser, PersonalDataStore
from services.notify.adapters.erasing import SpoolEraser
from services.notify.adapters.mail_spool import forget
from services.notify.settings import mail_spool
from services.rating.adapters.erasing import WordEraser
from services.rating.adapters.words import StoredWords
from tools.operations.environment import store_of
from tools.operations.registry import all_services

MAX_BASIS = 200
"""Characters of a legal basis, as the contract allows."""

ERASING = ("intake", "rating", "notify")
"""The services that keep something of persons."""


class ErasureError(Exception):
    """This can not be erased; says why and what can."""


async def request_erasure(settings: Settings, reference: str, dossier: str, by: str, basis: str) -> str:
    """Ask intake to erase an applicant, named by reference or by dossier code; returns the reference.

    Raises:
        ErasureError: no legal basis is given, nobody is named, or there is nobody of this name.
    """
    if not 0 < len(basis.strip()) <= MAX_BASIS:
        raise ErasureError(f"say on which basis in 1 to {MAX_BASIS} characters: --basis 'request of 1 December 2026'")
    if (kind := personal_data_in(basis)) is not None:
        raise ErasureError(f"--basis holds {kind}, and stays on record: say it without")
    if bool(reference) == bool(dossier):
        raise ErasureError("name either the applicant's reference or --dossier and its code")
    store, publisher = store_of(settings, "intake"), Publisher(settings.bus)
    try:
        submission, found = await _found(settings, store, reference, dossier)
        data = ErasureRequested(reference=found, by=by, basis=basis.strip())
        await publisher([message_of(requested(submission, data))])
        return found
    finally:
        await publisher.stop()
        store.close()


def requested(submission: str, data: ErasureRequested) -> AnyEvent:
    """The event that asks for an erasure; however often it is asked for, each request stands on record."""
    now = clock.now()
    return new_event(
        data,
        source=OPERATOR,
        subject=submission,
        time=now,
        correlationid=submission,
        unique=(data.reference, now.isoformat()),
    )


async def _found(settings: Settings, store: MongoStore, reference: str, dossier: str) -> tuple[str, str]:
    """Submission and reference of the applicant."""
    if reference:
        submission = await PersonalDataStore(store).submission_of(reference)
        if submission is None:
            raise ErasureError(f"no applicant {reference} is kept: unknown, or erased already")
        return submission, reference
    intake = all_services(settings)["intake"]
    async for submission, state in States(intake, store).states(queries.of_code(dossier), 1):
        if applicant := queries.applicant_of(state):
            return submission, applicant
        raise ErasureError(f"the applicant of {dossier} gave no personal data: nothing is kept")
    raise ErasureError(f"no dossier {dossier}: check the code on the receipt")


async def replay_erasures(settings: Settings) -> dict[str, int]:
    """Apply every erasure that was ever told to every store that keeps something of persons; how many, by service.

    Raises:
        BusError, KafkaError, StoreError, OSError: begin again when that is mended.
    """
    counts = dict[str, int]()
    for name in ERASING:
        store = store_of(settings, name)
        try:
            counts[name] = await Erasures(settings.bus, store.database, _apply(settings, name, store)).replay()
        finally:
            store.close()
    return counts


def _apply(settings: Settings, name: str, store: MongoStore) -> Apply:
    keys = load_personal_keys(settings)
    services: dict[str, Any] = all_services(settings)
    match name:
        case "intake":
            return Eraser(PersonalDataStore(store, keys)).apply
        case "rating":
            return WordEraser(store, StoredWords(store, keys)).apply
    return SpoolEraser(States(services[name], store), partial(forget, mail_spool(settings.home))).apply

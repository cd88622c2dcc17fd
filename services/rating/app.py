"""The wiring of rating."""

from fastapi import APIRouter

from chassis.runtime.app import App, Context
from chassis.runtime.clock import now
from chassis.runtime.http.keys import StoredKeys
from chassis.runtime.personal.erasures import Erasures
from chassis.runtime.personal.keys import load_personal_keys
from chassis.runtime.states import States
from domain.feedback import load_categories
from domain.procedures import load_directory
from domain.worktime import load_calendar
from services.rating.adapters.erasing import WordEraser
from services.rating.adapters.feedback import FeedbackSubmissionService, Terms
from services.rating.adapters.feedback_http import feedback_router, internal_feedback_router
from services.rating.adapters.http import router
from services.rating.adapters.submissions import RatingSubmissionService
from services.rating.adapters.words import StoredWords
from services.rating.service import service


def build(context: Context) -> App:
    """Put rating together."""
    directory = load_directory()
    terms = Terms(load_categories(), directory, load_calendar(context.settings.calendar, directory.agencies))
    keys = load_personal_keys(context.settings)
    words = StoredWords(context.store, keys)
    eraser = WordEraser(context.store, words)
    rating = service(eraser.perform)
    erasures = Erasures(context.settings.bus, context.store.database, eraser.apply)

    async def prepare() -> None:
        await words.prepare()
        await erasures.catch_up()

    states = States(rating, context.store)
    feedback = FeedbackSubmissionService(states, words, context.publish, now, terms=terms)
    routes = APIRouter()
    ratings = RatingSubmissionService(
        states,
        StoredKeys(context.store),
        context.publish,
        now,
        personal=keys,
        is_officer_code=directory.is_officer_code,
    )
    routes.include_router(router(ratings, states, now))
    routes.include_router(feedback_router(feedback, terms.categories))
    return App(rating, routes, internal_feedback_router(feedback), prepare=prepare)

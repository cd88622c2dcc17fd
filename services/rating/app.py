"""Wiring."""

from chassis.app import App, Context
from chassis.clock import now
from services.rating.adapters.edge import Edge
from services.rating.adapters.http import router
from services.rating.handlers import service


def build(context: Context) -> App:
    """Put rating together."""
    return App(service(), router(Edge(context.store, context.publish, now), context.store))

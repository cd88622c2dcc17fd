"""Routing's outside world: what it tells the other services."""

from services.routing.adapters.holders_http import holders_router

__all__ = ["holders_router"]

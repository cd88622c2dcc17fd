"""Who may call what over HTTP, read from the rules at the routes themselves."""

# ruff: noqa: INP001 - part of a program that is run by hand

from collections.abc import Iterator, Mapping

from fastapi import APIRouter
from fastapi.routing import iter_route_contexts

from chassis.runtime.app import App
from chassis.runtime.http.access import Allowed, rule_of

WORDS = {
    "counter": "counter, of its own unit",
    "agency": "agency, what concerns it",
    "portal": "portal",
}
"""What a role means at a route, where the rule goes on to ask whose business it is."""


def rows(apps: Mapping[str, App]) -> Iterator[tuple[str, str, str, str]]:
    """Every route: service, port, method with path, who may call it."""
    for name, app in apps.items():
        for port, router in (("published", app.router), ("operators", app.internal)):
            yield from ((name, port, route, who) for route, who in _routes(router))


def _routes(router: APIRouter | None) -> Iterator[tuple[str, str]]:
    for route in iter_route_contexts(router.routes if router else ()):
        rule = rule_of(route)
        assert rule is not None  # noqa: S101 - a service with such a route does not start
        for method in sorted(route.methods or ()):
            yield f"`{method} {route.path}`", _who(rule)


def _who(rule: Allowed) -> str:
    if rule.public:
        return "everybody" + ("; about a dossier, who shows its receipt" if rule.receipt else "")
    named = [WORDS.get(role, role) for role in rule.roles]
    return "; ".join([*(["who shows the receipt"] if rule.receipt else []), *named])

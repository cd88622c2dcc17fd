"""Who is believed over HTTP by the processes of this machine, and the issuer for development as a process."""

import asyncio
import os
import signal

from pydantic import SecretStr

from chassis.runtime.http.server import make_server
from chassis.runtime.http.serving import bind
from chassis.runtime.http.settings import HttpSettings
from chassis.runtime.settings import Settings, read_environment
from domain.procedures import load_directory
from tools.operations.development_issuer import DevelopmentIssuer, make_issuer_api
from tools.operations.issuer_book import open_book, people_of

ISSUER = "issuer"
"""The process of the issuer for development."""

DEVELOPMENT = "development"
"""As LIENTHONG_ISSUER: the issuer for development, with its keys and secrets in this home."""

VARIABLE = "LIENTHONG_ISSUER"
HOST = "127.0.0.1"
"""Whoever reaches the issuer for development may be anybody, so nobody beyond this machine does."""


def ask_who_calls(settings: Settings, *, secure: bool) -> bool:
    """Decide for the processes that are started from here whether they believe the issuer for development.

    Args:
        settings: say where its keys are.
        secure: the bus asks who somebody is, so HTTP does too, unless the environment says otherwise.

    Returns:
        Whether that issuer has to be started.
    """
    if secure:
        os.environ.setdefault(VARIABLE, DEVELOPMENT)
    if os.environ.get(VARIABLE) != DEVELOPMENT:
        return False
    open_book(settings.home, people_of(load_directory()))  # once, before many processes look for it
    return True


def identity_of_process(settings: Settings, name: str) -> HttpSettings:
    """Who a process believes; with the issuer for development, what it needs of it is read from its book.

    Raises:
        SettingsError: a variable is unusable.
        IssuerBookError: the book can not be used.
    """
    http = read_environment(HttpSettings)
    if http.issuer != DEVELOPMENT:
        return http
    book = open_book(settings.home, people_of(load_directory()))
    known = {
        "issuer": settings.development_issuer,
        "receipt_key": SecretStr(book.receipt_key),
        "client_id": name,
        "client_secret": SecretStr(book.secrets[name]),
    }
    return http.model_copy(update=known)


def development_issuer(settings: Settings) -> DevelopmentIssuer:
    """The issuer for development, with the keys of this home.

    Raises:
        IssuerBookError: they can not be used.
    """
    people = people_of(load_directory())
    return DevelopmentIssuer(settings.development_issuer, open_book(settings.home, people), people)


async def serve_issuer(settings: Settings) -> None:
    """Run the issuer for development until SIGTERM or Ctrl-C.

    Raises:
        SettingsError: its port is taken.
    """
    api = make_issuer_api(development_issuer(settings))
    listening = bind(HOST, int(settings.development_issuer.rpartition(":")[2]))
    server = make_server(api, HOST, 0)

    def stop() -> None:
        server.should_exit = True

    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop)
    await server.serve(sockets=[listening])

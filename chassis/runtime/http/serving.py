"""The two HTTP servers of a service: one for the world, one for operators and the other services."""

import asyncio
import socket

from fastapi import FastAPI

from chassis.runtime.http.server import Server, make_server
from chassis.runtime.settings import Settings, SettingsError


class Serving:
    """Both servers, from the moment that their ports are taken.

    Args:
        settings: say where they listen.
        name: of the service.
        published: what the world may ask.
        operators: what operators and other services may ask.

    Raises:
        SettingsError: a port can not be taken.
    """

    def __init__(self, settings: Settings, name: str, published: FastAPI, operators: FastAPI) -> None:
        port = settings.http_port or settings.port_of(name)
        operator_port = settings.operator_port or settings.operator_port_of(name)
        self._listening = [bind(settings.http_host, port)]
        try:
            self._listening.append(bind(settings.operators_listen_on, operator_port))
        except SettingsError:
            self.close()
            raise
        self._servers: list[Server] = [
            make_server(published, settings.http_host, port),
            make_server(operators, settings.operators_listen_on, operator_port),
        ]
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to answer."""
        for server, listening in zip(self._servers, self._listening, strict=True):
            self._tasks.append(asyncio.create_task(server.serve(sockets=[listening])))

    def close(self) -> None:
        """Give the ports back without having served."""
        for listening in self._listening:
            listening.close()

    async def stop(self) -> None:
        """Answer what is under way, and end. Operators are answered last, so that they can watch it."""
        for server, task in zip(self._servers, self._tasks, strict=True):
            server.should_exit = True
            await task


def bind(host: str, port: int) -> socket.socket:
    """Take the port before anything else is started.

    Raises:
        SettingsError: somebody else has it.
    """
    listening = socket.socket(socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise SettingsError(
            f"port {port} on {host} can not be used ({error.strerror}): stop what uses it, or set LIENTHONG_PORT_BASE "
            "to move a whole stack, LIENTHONG_HTTP_PORT and LIENTHONG_OPERATOR_PORT to move this service"
        ) from None
    return listening

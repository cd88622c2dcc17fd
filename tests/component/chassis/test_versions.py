"""A refold, a status or a replay by the command line goes by the versions of the services themselves."""

from importlib import import_module
from pathlib import Path

import pytest

from chassis.runtime.app import Context
from chassis.runtime.settings import Settings
from chassis.runtime.store.mongo import MongoStore
from contracts.topics import SERVICES
from tools.operations.registry import all_services

NOWHERE = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=1"


@pytest.mark.parametrize("name", SERVICES)
async def test_the_running_service_and_the_command_line_have_the_same_version(name: str, tmp_path: Path) -> None:
    settings, store = Settings(home=tmp_path), MongoStore(NOWHERE, name)
    app = import_module(f"services.{name}.app").build(Context(settings, store, publish=None))
    try:
        assert app.service.code == all_services(settings)[name].code
    finally:
        await app.close()
        store.close()

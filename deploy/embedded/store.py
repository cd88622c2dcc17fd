"""SecantusDB, a server of MongoDB's wire protocol: one process for each service, so that none waits for another."""

import shutil
import sys
from pathlib import Path

import pymongo
from pymongo.errors import PyMongoError

from deploy.embedded.endpoints import StackError
from deploy.embedded.ports import HOST

PROGRAM = "secantusd-py"
CACHE = "256M"
ANSWER_MILLISECONDS = 2000


def program() -> str:
    """Return the server's program: the one installed beside this Python, or the one on the PATH."""
    found = shutil.which(PROGRAM, path=str(Path(sys.executable).parent)) or shutil.which(PROGRAM)
    if not found:
        raise StackError(f"{PROGRAM} is missing: install it with `pip install 'lienthong[embedded]'`")
    return found


def prepare(folder: Path) -> None:
    """Make the folders of one store, and beside it an empty configuration file."""
    folder.mkdir(parents=True, exist_ok=True)
    _configuration(folder).touch()


def command(folder: Path, port: int) -> list[str]:
    """Return what starts the store of one service."""
    return [
        program(),
        # An empty one: a secantusd.toml that happens to lie about must not change this server.
        f"--config={_configuration(folder)}",
        f"--host={HOST}",
        f"--port={port}",
        f"--storage-path={folder}",
        f"--cache-size={CACHE}",
        "--log-level=WARNING",
        # Without it a kill -9 loses up to a hundred acknowledged writes, w=majority or not.
        "--sync-on-commit",
    ]


def url(service: str, port: int) -> str:
    """Return what a client connects to; the path is the service's database."""
    return f"mongodb://{HOST}:{port}/{service}?directConnection=true"


def answers(address: str) -> bool:
    """Tell whether the server at this address answers a ping."""
    try:
        with pymongo.MongoClient[dict[str, object]](
            address, serverSelectionTimeoutMS=ANSWER_MILLISECONDS, socketTimeoutMS=ANSWER_MILLISECONDS
        ) as client:
            client.admin.command("ping")
    except PyMongoError:
        return False
    return True


def _configuration(folder: Path) -> Path:
    return folder.parent / "secantusd.toml"

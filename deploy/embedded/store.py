"""SecantusDB, a server of MongoDB's wire protocol: one process for each service, so that none waits for another.

It comes twice, with the same options and the same files: in Python, which is installed with everything else, and in
Rust, which `make fast-store` builds and which is taken wherever it is there.
"""

import os
import shutil
import sys
from pathlib import Path
from urllib.parse import quote

import pymongo
from pymongo.errors import PyMongoError

from deploy.embedded import authority
from deploy.embedded.endpoints import HOME_VARIABLE, USUAL_HOME, StackError
from deploy.embedded.ports import HOST

PROGRAM = "secantusd-py"
FAST_PROGRAM = Path("fast-store/bin/secantusd-rs")
"""Where `make fast-store` puts it, below the home."""

PROGRAM_VARIABLE = "LIENTHONG_STORE_PROGRAM"
CACHE = "1G"
ANSWER_MILLISECONDS = 2000
"""A store of this machine answers in milliseconds. One that needs longer than this counts as silent."""


def program() -> str:
    """Return the server's program: the one that is named, the fast one, or that of this Python or on the PATH."""
    if named := os.environ.get(PROGRAM_VARIABLE):
        if not shutil.which(named):
            raise StackError(
                f"{PROGRAM_VARIABLE}={named} is no program: name {PROGRAM} or what `make fast-store` built"
            )
        return named
    fast = Path(os.environ.get(HOME_VARIABLE) or USUAL_HOME).resolve() / FAST_PROGRAM
    beside = Path(sys.executable).with_name(PROGRAM)
    found = shutil.which(str(fast)) or shutil.which(str(beside)) or shutil.which(PROGRAM)
    if not found:
        raise StackError(f"{PROGRAM} is missing: install it with `pip install 'lienthong[embedded]'`")
    return found


def prepare(folder: Path) -> None:
    """Make the folders of one store, and beside it an empty configuration file."""
    folder.mkdir(parents=True, exist_ok=True)
    _configuration(folder).touch()


def command(folder: Path, port: int, secrets: Path | None = None) -> list[str]:
    """Return what starts the store of one service, which is named as the folder.

    Args:
        folder: where its data lie.
        port: on which it listens.
        secrets: the folder of `access.prepare`; None: it lets everybody in, without TLS.
    """
    # Each service has a store of its own, which believes that one service's certificate and no other.
    protection = [
        f"--tls-cert-file={secrets / authority.SERVERS}",
        f"--tls-key-file={secrets / authority.SERVERS}",
        f"--tls-ca-file={authority.client_certificate(secrets, folder.name)}",
        "--tls-require-client-cert",
    ] if secrets else []  # fmt: skip
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
        *protection,
    ]


def url(service: str, port: int, secrets: Path | None = None) -> str:
    """Return what a client connects to; the path is the service's database. It names files, and holds no secret."""
    address = f"mongodb://{HOST}:{port}/{service}?directConnection=true"
    if secrets is None:
        return address
    ca, key = (quote(str(path)) for path in (secrets / authority.AUTHORITY, authority.client_key(secrets, service)))
    return f"{address}&tls=true&tlsCAFile={ca}&tlsCertificateKeyFile={key}"


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

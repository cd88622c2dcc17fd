"""The folder that holds a stack: one start or stop at a time, and plain words for what the file system refuses."""

import contextlib
import errno
import fcntl
from collections.abc import Iterator
from pathlib import Path

from deploy.embedded.endpoints import StackError


@contextlib.contextmanager
def locked(home: Path) -> Iterator[None]:
    """Let one start or stop of this home happen at a time, in whichever program.

    Raises:
        StackError: the file system refuses something meanwhile; tells what to do.
    """
    with _in_one_sentence(home):
        (home / "logs").mkdir(parents=True, exist_ok=True)
        with (home / "stack.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


@contextlib.contextmanager
def _in_one_sentence(home: Path) -> Iterator[None]:
    """Turn what the file system refuses into a StackError that tells what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StackError(f"the disk that holds {home} is full: free 1 GB and start again") from error
        raise StackError(f"cannot work in {home}: {error}") from error

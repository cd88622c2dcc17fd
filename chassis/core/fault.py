"""Whose fault an error is: a document's, the world's, or this process's own.

Only what is wrong with a document becomes a dead letter. The world is waited for. A process whose own installation is
broken would make dead letters of every good document, so it ends, and its batch goes to another instance.
"""

import errno

_PROCESS = (ImportError, MemoryError, SyntaxError, SystemError)

_LOCAL = frozenset(
    {
        errno.EACCES, errno.EBADF, errno.EDQUOT, errno.EIO, errno.EISDIR, errno.ELOOP, errno.EMFILE, errno.ENFILE,
        errno.ENOENT, errno.ENOEXEC, errno.ENOMEM, errno.ENOSPC, errno.ENOTDIR, errno.EPERM, errno.EROFS,
    }
)  # fmt: skip
"""Errors of this machine's own files, disk and limits. All other errors of the system are about the network, which
comes back by itself. With one too many here, a service ends that only had to wait; with one too few, it waits for ever.
"""


class ProcessFaultError(Exception):
    """Something is wrong with this process; only another one can go on."""


def is_of_process(error: BaseException) -> bool:
    """True if an error, or the one behind it, is this process's own fault: a missing module or file, memory, disk."""
    for raised in (error, error.__cause__):
        if isinstance(raised, (*_PROCESS, ProcessFaultError)):
            return True
        if isinstance(raised, OSError) and raised.errno in _LOCAL:
            return True
    return False

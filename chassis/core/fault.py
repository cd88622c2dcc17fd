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
"""What the system says of this machine's own files, disk and limits. All else that it says is of the network, and comes
back by itself."""


class ProcessFaultError(Exception):
    """Something is wrong with this process; only another one can go on."""


def is_of_process(error: BaseException) -> bool:
    """Whether an error, or the one behind it, is this process's own fault: a missing module or file, memory, disk."""
    for one in (error, error.__cause__):
        if isinstance(one, (*_PROCESS, ProcessFaultError)):
            return True
        if isinstance(one, OSError) and one.errno in _LOCAL:
            return True
    return False

"""For programs that run beside Patroni."""

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1


def ends_with_parent():
    """What a child of this process does before it begins its program (`preexec_fn`), so that it never outlives this one."""
    parent = os.getpid()

    def prepare():
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return prepare

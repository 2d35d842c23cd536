"""The session caches that gateways have left in memory, by the folder in which their logs are."""

import os
import pathlib
import tempfile

MEMORY = pathlib.Path("/dev/shm")
MAGIC, FOLDER_AT, HEADER = b"BETEXMSG", 48, 4080  # gateway/session/CACHE.md


def files_of(folder):
    """Those whose logs are in it, or were."""
    begin = os.fsencode(os.path.realpath(folder)) + b"/"
    return [path for path in MEMORY.glob("betex-*")
            if path.is_file() and _log_of(path).startswith(begin)]


def remove_of(folder):
    for path in files_of(folder):
        path.unlink(missing_ok=True)


class Folder(tempfile.TemporaryDirectory):
    """One in which gateways have their logs: the caches of these go with it."""

    def cleanup(self):
        remove_of(self.name)
        super().cleanup()


def _log_of(path):
    """Empty where it is no session cache, or somebody else's."""
    try:
        with open(path, "rb") as file:
            header = file.read(HEADER)
    except OSError:
        return b""
    return header[FOLDER_AT:].rstrip(b"\0") if header.startswith(MAGIC) else b""

"""Runs a program, and ends it and all that it has started."""

import ctypes
import os
import pathlib
import signal
import subprocess

PR_SET_CHILD_SUBREAPER = 36  # of <linux/prctl.h>
TAIL_LINES = 12


class Failed(Exception):
    """A program that did not end well: why, and the end of what it wrote."""

    def __init__(self, reason, tail, status=None):
        super().__init__(reason)
        self.tail = tail
        self.status = status  # of its exit, if it came to one


def adopt_orphans():
    """From now on what a program leaves behind when it ends is a child of this process."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def run(command, folder, limit_s, environment):
    """Runs `command` in `folder`, where its temporary files go too; `environment` is added to
    this one's. Returns its standard output. Nothing of it is left, however it ends, also where
    this process is killed."""
    out, err = folder / "standard_output", folder / "standard_error"
    with open(out, "wb") as out_file, open(err, "wb") as err_file:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *map(str, command)], cwd=folder,
            stdin=subprocess.DEVNULL, stdout=out_file, stderr=err_file, start_new_session=True,
            env={**os.environ, "TMPDIR": str(folder), **environment})
    status = None
    try:
        status = process.wait(limit_s)
    except subprocess.TimeoutExpired:
        pass
    finally:
        process.kill()
        process.wait()
        _end_children()
    if status != 0:
        raise Failed(_reason(status, limit_s), tail(_text(out) + _text(err)), status)
    return _text(out)


def tail(text):
    """Its last lines."""
    return "\n".join(text.splitlines()[-TAIL_LINES:])


def _text(file):
    return file.read_bytes().decode(errors="replace")


def _reason(status, limit_s):
    if status is None:
        return f"did not end in {limit_s} s, and was ended"
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"


def _end_children():
    """A child's children become ours when it ends, so until there are none."""
    while children := _children():
        for child in children:
            try:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
            except (ProcessLookupError, ChildProcessError):
                pass  # it was another's child that has ended by itself


def _children():
    """This process's, by /proc."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        if int(after_name[1]) == os.getpid():
            found.append(int(stat.parent.name))
    return found

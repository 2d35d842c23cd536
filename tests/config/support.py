"""The built programs, and a gateway as a child process, for the tests of this folder."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

SOURCE = pathlib.Path(os.environ["BETEX_SOURCE_DIR"])
sys.path.append(str(SOURCE / "tests/support"))

import session_cache

BINARY = pathlib.Path(os.environ["BETEX_BINARY_DIR"])
CONFIG = SOURCE / "config"
PATIENCE_S = 60  # busy machines are slow


def gateway_folder():
    """A temporary folder for a gateway's log; its session cache goes with it."""
    return session_cache.Folder()


def program(name):
    return str(BINARY / "bin" / name)


def promtool(*arguments, text=None):
    """Runs promtool; returns its exit code and all that it said."""
    path = os.environ["BETEX_PROMTOOL"]
    if not os.access(path, os.X_OK):
        sys.exit("promtool is not there: tests/config/install brings it; then configure again")
    ended = subprocess.run([path, *arguments], input=text, text=True, timeout=PATIENCE_S,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return ended.returncode, ended.stdout


class Gateway:
    """A gateway that listens, on ports that the system has chosen. `command` is what runs it, with
    all arguments but the ports."""

    def __init__(self, command, environment=None):
        self._errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(  # which ends with this process, however that ends
            ["setpriv", "--pdeathsig", "KILL", *command, "--fix-port", "0", "--http-port", "0",
             "--market-data-port", "0"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._errors, text=True,
            env={**os.environ, **(environment or {})})
        line = self.process.stdout.readline()  # ends with the process if it does not listen
        ports = dict(re.findall(r"(\w+)=(\d+)", line))
        if "fix" not in ports:
            self.process.wait(PATIENCE_S)
            what = self.standard_error()
            self.kill()
            raise RuntimeError(f"the gateway does not listen; it wrote: {what}")
        self.fix_port = ports["fix"]
        self.http_port = ports["http"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def standard_error(self):
        self._errors.seek(0)
        return self._errors.read()

    def get(self, path):
        url = f"http://127.0.0.1:{self.http_port}{path}"
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
            return answer.read().decode()

    def terminate(self):
        """An orderly stop; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE_S)
        self.process.stdout.close()
        self._errors.close()


def demo_gateway(folder, environment=None):
    """With the demo configuration, its data in `folder`."""
    return Gateway([program("betex-gateway"), "--config", str(CONFIG / "gateway.toml"),
                    "--wal-root", f"{folder}/wal", "--tls-port", "0"], environment)


def betex_fix(gateway, folder, comp_id, *words):
    """One request; returns the exit code and what was printed."""
    ended = subprocess.run(
        [program("betex-fix"), "--as", comp_id, "--port", gateway.fix_port,
         "--state", f"{folder}/{comp_id}", "--wait-ms", "40000", *words],
        text=True, timeout=PATIENCE_S, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return ended.returncode, ended.stdout


def wait_until(condition):
    """Returns what `condition` returns as soon as it is true."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError("what was waited for has not happened")
        time.sleep(0.01)
    return found

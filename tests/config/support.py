"""The built programs, and a gateway as a child process, for the tests of this folder."""

import os
import pathlib
import re
import shutil
import signal
import socket
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
        while line.startswith("standing by"):
            line = self.process.stdout.readline()
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


def free_ports(count):
    """Ports that nobody has now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Etcd:
    """One member, its data in `folder`, on ports of loopback. `endpoint` is its address."""

    def __init__(self, folder):
        if shutil.which("etcd") is None:
            sys.exit("etcd is not there: .ci/install brings it (etcd-server)")
        for _ in range(5):  # another one may have taken a port meanwhile
            if self._starts(folder):
                return
        raise RuntimeError("etcd does not start; it wrote: " + self._said())

    def _starts(self, folder):
        self._log = f"{folder}/etcd.log"
        client, peer = (f"http://127.0.0.1:{port}" for port in free_ports(2))
        shutil.rmtree(f"{folder}/etcd", ignore_errors=True)
        with open(self._log, "w") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "etcd", "--data-dir", f"{folder}/etcd",
                 "--listen-client-urls", client, "--advertise-client-urls", client,
                 "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                 "--initial-cluster", f"default={peer}", "--logger", "zap", "--log-level", "error"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.endpoint = client
        deadline = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{client}/health", timeout=PATIENCE_S) as answer:
                    if b'"true"' in answer.read():
                        return True
            except OSError:
                pass
            time.sleep(0.05)
        self.kill()
        return False

    def _said(self):
        return pathlib.Path(self._log).read_text()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE_S)


def leading_gateway(folder, etcd, environment=None):
    """The first node of a replicated cluster, which leads it, with the demo configuration."""
    shutil.copytree(CONFIG, f"{folder}/config")
    os.symlink(SOURCE / "fix_spec", f"{folder}/fix_spec")
    file = pathlib.Path(folder, "config/gateway.toml")
    single = '\nmode = "single"\n'
    text = file.read_text()
    assert text.count(single) == 1
    file.write_text(text.replace(
        single, f'\nmode = "replicated"\nnode = "a"\netcd = ["{etcd.endpoint}"]\n'))
    return Gateway([program("betex-gateway"), "--config", str(file), "--wal-root", f"{folder}/wal",
                    "--tls-port", "0", "--init-quorum-log"], environment)


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

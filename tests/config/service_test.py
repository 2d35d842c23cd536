"""What systemd is told by a gateway that it has started, and after which ends it starts it again."""

import configparser
import os
import re
import socket
import subprocess
import unittest

from support import CONFIG, PATIENCE_S, SOURCE, demo_gateway, gateway_folder, program


class Notifications:
    """systemd's end: the socket that NOTIFY_SOCKET names."""

    def __init__(self, folder):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.bind(f"{folder}/notify")
        self._socket.settimeout(PATIENCE_S)
        self.environment = {"NOTIFY_SOCKET": f"{folder}/notify", "WATCHDOG_USEC": "300000"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def next(self):
        return self._socket.recv(4096).decode()

    def until(self, line):
        """All of them up to the first that has this line, which is the last returned."""
        seen = [self.next()]
        while line not in seen[-1].split("\n"):
            seen.append(self.next())
        return seen

    def there_now(self):
        self._socket.setblocking(False)
        seen = []
        try:
            while True:
                seen.append(self.next())
        except BlockingIOError:
            return seen
        finally:
            self._socket.settimeout(PATIENCE_S)


class Service(unittest.TestCase):
    def setUp(self):
        folder = gateway_folder()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_a_start_a_life_and_a_stop_are_told(self):
        with Notifications(self.folder) as told, \
                demo_gateway(self.folder, told.environment) as gateway:
            start = told.until("READY=1")
            self.assertTrue(all(lines.startswith("STATUS=starting: ") for lines in start[:-1]), start)
            self.assertGreater(len(start), 1)
            self.assertIn("STATUS=takes orders", start[-1])
            for _ in range(3):
                self.assertIn("WATCHDOG=1\n", told.next())
            self.assertEqual(gateway.terminate(), 0)
            stop = told.until("STOPPING=1")
            self.assertTrue(all("READY=1" in lines for lines in stop[:-1]), stop)

    def test_who_does_not_get_as_far_is_never_ready(self):
        with Notifications(self.folder) as told, demo_gateway(self.folder):
            ended = subprocess.run(
                [program("betex-gateway"), "--config", str(CONFIG / "gateway.toml"),
                 "--wal-root", f"{self.folder}/wal", "--fix-port", "0", "--tls-port", "0",
                 "--http-port", "0", "--market-data-port", "0"],
                env={**os.environ, **told.environment}, timeout=PATIENCE_S, capture_output=True)
            self.assertEqual(ended.returncode, 75, "another one writes this log")
            self.assertNotIn("READY=1", "".join(told.there_now()))


class Ends(unittest.TestCase):
    def test_it_is_started_again_after_all_but_those_that_need_somebody(self):
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.optionxform = str
        unit.read(CONFIG / "betex-gateway.service")
        stays_down = unit["Service"]["RestartPreventExitStatus"].split()
        self.assertEqual(unit["Service"]["Restart"], "on-failure")
        self.assertEqual(unit["Unit"]["StartLimitIntervalSec"], "0", "however often")
        table = (SOURCE / "gateway/README.md").read_text().split("| exit code | meaning |")[1]
        known = re.findall(r"^\| (\d+) \|", table.split("\n\n")[0], re.MULTILINE)
        self.assertEqual(set(known) - set(stays_down), {"0", "69", "74"})
        self.assertLess(set(stays_down), set(known))

    def test_an_exit_with_74_may_be_mended_by_a_later_start(self):
        with gateway_folder() as folder:
            with socket.create_server(("127.0.0.1", 0)) as taken:
                port = str(taken.getsockname()[1])
                command = [program("betex-gateway"), "--config", str(CONFIG / "gateway.toml"),
                           "--wal-root", f"{folder}/wal", "--tls-port", "0", "--http-port", "0",
                           "--market-data-port", "0", "--fix-port"]
                ended = subprocess.run([*command, port], timeout=PATIENCE_S, capture_output=True)
                self.assertEqual(ended.returncode, 74, ended.stderr.decode())
            with demo_gateway(folder) as gateway:
                self.assertEqual(gateway.terminate(), 0)


if __name__ == "__main__":
    unittest.main()

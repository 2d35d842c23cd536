"""A program of tests/bench, named on the command line, works: it ends well and tells figures that
are finite, leaves nothing behind, and says what is wrong with its arguments."""

import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

import session_cache
from runner import catalogue, programs, smoke

PROGRAM = pathlib.Path()
CONFIG = pathlib.Path(__file__).resolve().parents[3] / "config/gateway.toml"
ETCD = pathlib.Path("/usr/bin/etcd")
OWN_FILES = {"standard_output", "standard_error", catalogue.GOOGLE_OUT}


def placed(words, folder):
    return [word.replace(catalogue.FOLDER, str(folder)) for word in words]


class Gateway:
    """As shipped, with its log in this folder."""

    def __init__(self, folder):
        self.folder = folder
        with open(folder / "gateway.log", "w") as log:
            self.process = subprocess.Popen(  # which ends with this process, however that ends
                ["setpriv", "--pdeathsig", "KILL", PROGRAM.parent / "betex-gateway",
                 "--config", CONFIG, "--wal-root", folder / "wal",
                 "--fix-port", "0", "--tls-port", "0", "--http-port", "0"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)

    def __enter__(self):
        found = re.search(r"fix=(\d+)", self.process.stdout.readline())
        if not found:
            raise RuntimeError((self.folder / "gateway.log").read_text())
        return found[1]

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Smoke(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        temporary = session_cache.Folder()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def run_it(self, *words):
        return programs.run([PROGRAM, *words], self.folder, 300, {})

    def test_it_works(self):
        others = smoke.OTHERS.get(PROGRAM.name, ())
        if others is None:
            self.skipTest("it runs until it is killed")
        if PROGRAM.name in smoke.NEED_ETCD and not ETCD.exists() and "CI" not in os.environ:
            self.skipTest("etcd is not installed")
        if others:
            self.run_it(*placed(others, self.folder))
            self.assertTrue(list((self.folder / "wal/segments").iterdir()))
            return
        step = smoke.STEPS[PROGRAM.name]
        words = step.arguments(True, self.folder)
        try:
            if PROGRAM.name == "client_cost_bench":
                with Gateway(self.folder) as port:
                    output = self.run_it("--port", port, *words)
            else:
                output = self.run_it(*words)
                left = {path.name for path in self.folder.iterdir()} - OWN_FILES
                self.assertEqual(left, set(), "it leaves files behind")
                self.assertEqual(session_cache.files_of(self.folder), [])
        except programs.Failed as failed:
            self.fail(f"{failed}:\n{failed.tail}")
        self.assertTrue(step.read(output, self.folder))  # throws where a figure is not finite

    def test_help(self):
        self.assertIn("--", self.run_it("--help"))
        self.assertEqual({path.name for path in self.folder.iterdir()} - OWN_FILES, set())

    def test_what_it_does_not_know_is_a_usage_error(self):
        step = smoke.STEPS.get(PROGRAM.name)
        usage_error = 1 if step and step.kind == "google_benchmark" else 64
        unknown = (*smoke.REQUIRED.get(PROGRAM.name, ()), "--no-such-thing")
        for words, named in ((unknown, "no-such-thing"),
                             *smoke.WRONG.get(PROGRAM.name, ())):
            with self.subTest(words):
                with self.assertRaises(programs.Failed) as raised:
                    self.run_it(*placed(words, self.folder))
                self.assertEqual(raised.exception.status, usage_error, raised.exception.tail)
                self.assertIn(named, raised.exception.tail)
                self.assertEqual({path.name for path in self.folder.iterdir()} - OWN_FILES, set())


if __name__ == "__main__":
    PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
    programs.adopt_orphans()
    unittest.main()

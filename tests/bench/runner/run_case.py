"""What tests of tests/bench/run begin with: a build of stand-ins, and a folder for the logs."""

import json
import pathlib
import tempfile
import unittest

from runner import fakes


def cells_of(table, name):
    """Of the row of this name."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")]
            for line in table.splitlines() if line.startswith("|")]
    found = [row for row in rows if row[0] == name]
    if len(found) != 1:
        raise AssertionError(f"{len(found)} rows of the name '{name}' in\n{table}")
    return found[0][1:]


class RunTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.logs = self.folder / "logs"
        self.logs.mkdir()
        self.json = self.folder / "out.json"
        self.this = fakes.Build(self.folder)

    def older_build(self):
        return fakes.Build(self.folder, "older")

    def run_it(self, *words, status=0, environment=None):
        said = fakes.run("--bin", self.this.bin, *words, folder=self.logs, status=status,
                         environment=environment)
        self.assertEqual(list(self.logs.iterdir()), [], "temporary folders are left")
        return said

    def calls(self):
        return self.this.calls.read_text().splitlines() if self.this.calls.exists() else []

    def told(self):
        return json.loads(self.json.read_text())

"""What tests/bench/run does where something is wrong, and that it leaves no process and no file."""

import pathlib
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from runner import fakes
from runner.fakes import figure, google_json, json_line
from runner.run_case import RunTest, cells_of


class Errors(RunTest):
    def test_missing_programs(self):
        self.this.prints("end_to_end_bench", json_line(figure("a", 1)))
        _, err = self.run_it("--only", "end_to_end", status=2)
        self.assertIn("has no baseline_server, betex-gateway: build the preset release first", err)
        self.assertEqual(self.calls(), [])
        _, err = fakes.run("--bin", self.folder / "nothing", folder=self.logs, status=2)
        self.assertIn("build the preset release first", err)

    def test_bad_arguments(self):
        for words, said in ((["--only", "rings"], "invalid choice: 'rings'"),
                            (["--rounds", "0"], "--rounds must be 1 or more"),
                            (["--rounds", "few"], "invalid int value"),
                            (["--limit", "-1"], "--limit must be 1 or more"),
                            (["--json", "/nowhere/x.json"], "/nowhere/x.json cannot be written"),
                            (["--json", self.folder], "cannot be written"),
                            (["--plots", "/nowhere"], "there is no folder /nowhere"),
                            (["--folder", "/nowhere"], "there is no folder /nowhere"),
                            (["--only", "ring", "--plots", self.folder], "of end_to_end"),
                            (["more"], "unrecognized arguments: more")):
            with self.subTest(words):
                _, err = self.run_it(*words, status=2)
                self.assertIn(said, err)

    def test_one_that_fails_does_not_end_the_others(self):
        self.this.program("journal_bench", "seq 100; echo disk full >&2; exit 3")
        self.this.prints("session_memory_bench", json_line(figure("a", 1)))
        self.this.prints("betex-gateway", "")
        out, err = self.run_it("--only", "journal", "memory", "--quick", "--json", self.json,
                               status=1)
        self.assertIn("failed: journal: journal_bench of this build, round 1: ended with status 3; "
                      "the end of what it wrote:", out)
        self.assertIn("    100\n    disk full", out)
        self.assertNotIn("    42\n", out)
        self.assertIn("disk full", err)
        self.assertEqual(cells_of(out, "a")[1], "1.00")
        failure, = self.told()["failures"]
        self.assertEqual((failure["benchmark"], failure["reason"]),
                         ("journal", "ended with status 3"))
        self.assertTrue(failure["tail"].endswith("100\ndisk full"))

    def test_a_round_that_fails_leaves_the_others(self):
        self.this.prints("journal_bench", json_line(figure("a", 2)), "", json_line(figure("a", 4)))
        out, _ = self.run_it("--only", "journal", status=1)
        self.assertEqual(cells_of(out, "a")[1], "3.00 (2.00 to 4.00)")
        self.assertIn("round 2: cannot be read", out)

    def test_outputs_that_cannot_be_read(self):
        for output, said in (
                ("no line\n", "its last line is not its figures as JSON"),
                (json_line(figure("a", 1)) + "more\n", "its last line is not its figures as JSON"),
                ("JSON {\n", "is not as json_line.h says"),
                ('JSON {"figures": [{"name": "a"}]}\n', "KeyError('value')"),
                (json_line(figure("a", None)), "'a' is no number"),
                ('JSON {"figures": [{"name": "a", "value": NaN, "unit": "s"}]}', "is not finite"),
                (json_line(figure("a", 1, "us", ("b", None))), "'a' is no number"),
                (json_line(), "it names no figure"),
                (json_line(figure("a", 1), figure("a", 2)), "two figures of the name 'a'")):
            with self.subTest(output):
                self.this.prints("journal_bench", output)
                out, _ = self.run_it("--only", "journal", "--quick", status=1)
                self.assertIn(f"cannot be read: {said}" if said.startswith("it") else said, out)
        for output, said in (("{", "not Google Benchmark's JSON"),
                             (google_json({"name": "BM_x", "error_occurred": True,
                                           "error_message": "refused"}), "x: refused")):
            with self.subTest(output):
                self.this.prints("ring_bench", output)
                out, _ = self.run_it("--only", "ring", "--quick", status=1)
                self.assertIn(said, out)
        self.this.program("ring_bench", "exit 0")
        out, _ = self.run_it("--only", "ring", "--quick", status=1)
        self.assertIn("it has not written google_benchmark.json", out)

    def test_one_that_a_signal_ends(self):
        self.this.program("journal_bench", "kill -SEGV $$")
        out, _ = self.run_it("--only", "journal", "--quick", status=1)
        self.assertIn("was ended by SIGSEGV", out)


class Processes(RunTest):
    def test_one_that_does_not_end_is_ended(self):
        self.this.program("journal_bench", f"""
sleep 1000 & echo $! >>'{self.folder}/pids'; setsid sleep 1000 & echo $! >>'{self.folder}/pids'
echo $$ >>'{self.folder}/pids'; echo begun; wait""")
        for limit in (1, 5, 25):  # until it had the time to begin
            out, _ = self.run_it("--only", "journal", "--quick", "--limit", limit, status=1)
            self.assertIn(f"did not end in {limit} s, and was ended", out)
            if "begun" in out:
                break
        self.assertIn("    begun", out)
        self.assert_all_ended()

    def test_what_one_leaves_behind_is_ended(self):
        self.this.program("journal_bench", f"""
setsid sleep 1000 >/dev/null 2>&1 & echo $! >>'{self.folder}/pids'
cat <<'END'
{json_line(figure("a", 1))}END""")
        self.run_it("--only", "journal", "--quick")
        self.assert_all_ended()

    def test_nothing_is_left_when_it_is_interrupted(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                (self.folder / "pids").unlink(missing_ok=True)
                status, out = self.interrupt(number)
                self.assertEqual(status, 128 + number)
                self.assertEqual(out, "")
                self.assert_all_ended()
                self.assertEqual(list(self.logs.iterdir()), [])
                self.assertFalse(self.json.exists())

    def test_nothing_runs_on_when_it_is_killed(self):
        status, _ = self.interrupt(signal.SIGKILL)
        self.assertEqual(status, -signal.SIGKILL)
        self.wait_until(lambda: not any(map(fakes.lives, self.pids())))

    def interrupt(self, number):
        """Sends a signal while a benchmark runs. Returns exit status and standard output."""
        self.this.program("journal_bench", f"echo $$ >'{self.folder}/pids'; exec sleep 1000")
        process = subprocess.Popen(
            [str(fakes.RUN), "--bin", str(self.this.bin), "--folder", str(self.logs), "--only",
             "journal", "--json", str(self.json)], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        try:
            self.wait_until(lambda: self.pids())
            process.send_signal(number)
            out, _ = process.communicate(timeout=fakes.PATIENCE_S)
        finally:
            process.kill()
            process.wait()
        return process.returncode, out

    def pids(self):
        file = self.folder / "pids"
        return [int(word) for word in file.read_text().split()] if file.exists() else []

    def wait_until(self, true):
        deadline = time.monotonic() + fakes.PATIENCE_S
        while not true():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    def assert_all_ended(self):
        """What was killed may take a moment; what was not sleeps for longer than this waits."""
        self.assertTrue(self.pids())
        self.wait_until(lambda: not any(map(fakes.lives, self.pids())))


if __name__ == "__main__":
    unittest.main()

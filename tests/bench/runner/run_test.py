"""tests/bench/run against stand-ins for the benchmarks: table, JSON, ratios, plots, errors."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree as ET

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from runner import catalogue, conditions, fakes  # noqa: E402
from runner.fakes import figure, google_json, json_line  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"


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


class Figures(RunTest):
    def test_a_figure_and_what_it_is_held_against(self):
        self.this.prints("journal_bench", json_line(
            figure("16 small events, durable", 62870, "events/s", ("plain LMDB", 50000)),
            figure("replay", 11.5)))
        out, _ = self.run_it("--only", "journal", "--quick", "--json", self.json)
        self.assertEqual(cells_of(out, "16 small events, durable"),
                         ["events/s", "62 870", "50 000 plain LMDB", "1.26"])
        self.assertEqual(cells_of(out, "replay"), ["us", "11.5", "", ""])
        durable, replay = self.told()["figures"]
        self.assertEqual(durable["beside"], {"name": "plain LMDB", "values": [50000],
                                             "median": 50000, "ratio": 62870 / 50000})
        self.assertNotIn("beside", replay)
        self.assertNotIn("older", replay)
        self.assertEqual((replay["benchmark"], replay["program"], replay["unit"]),
                         ("journal", "journal_bench", "us"))

    def test_medians_of_rounds_and_of_their_ratios(self):
        older = self.older_build()
        self.this.prints("journal_bench", *[
            json_line(figure("commit", value, "us", ("LMDB", beside)))
            for value, beside in ((10, 10), (30, 10), (20, 40))])
        older.prints("journal_bench", *[json_line(figure("commit", value), figure("more", 1))
                                        for value in (40, 120, 20)])
        out, _ = self.run_it("--only", "journal", "--older", older.bin, "--json", self.json)
        self.assertEqual(cells_of(out, "commit"),
                         ["us", "20.0 (10.0 to 30.0)", "10.0 LMDB", "1.00", "40.0", "0.25"])
        commit, = self.told()["figures"]
        self.assertEqual(commit["values"], [10, 30, 20])
        self.assertEqual(commit["older"], {"values": [40, 120, 20], "median": 40, "ratio": 0.25})
        self.assertNotIn("more", out)

    def test_builds_take_turns(self):
        older = self.older_build()
        for build in (self.this, older):
            for program in ("ring_bench", "codec_bench"):
                build.prints(program, google_json(
                    {"name": "BM_Frame", "cpu_time": 2.0, "time_unit": "us"}))
        self.run_it("--only", "ring", "codec", "--rounds", "2", "--older", older.bin)
        self.assertEqual([call.split()[:2] for call in self.calls()],
                         [["this:", "ring_bench"], ["older:", "ring_bench"],
                          ["this:", "codec_bench"], ["older:", "codec_bench"],
                          ["older:", "ring_bench"], ["this:", "ring_bench"],
                          ["older:", "codec_bench"], ["this:", "codec_bench"]])

    def test_what_an_older_build_told_first_counts_too(self):
        older = self.older_build()
        self.this.prints("journal_bench", "broken\n", json_line(figure("commit", 3)))
        older.prints("journal_bench", json_line(figure("commit", 6)))
        out, _ = self.run_it("--only", "journal", "--rounds", "2", "--older", older.bin,
                             status=1)
        self.assertEqual(cells_of(out, "commit"), ["us", "3.00", "", "", "6.00", "0.50"])

    def test_google_benchmarks_own_json(self):
        self.this.prints("codec_bench", google_json(
            {"name": "BM_FrameToCommand", "cpu_time": 500.0, "time_unit": "ns"},
            {"name": "BM_QuickFixParseAndValidate", "cpu_time": 2.0, "time_unit": "us"}))
        self.this.prints("ring_bench", google_json(
            {"name": "command_cost/wait:1", "label": "yield", "items_per_second": 4e7},
            {"name": "event_throughput/wait:2/consumers:2/real_time", "label": "block",
             "items_per_second": 5e6},
            {"name": "hand_over/wait:2/pause:1/real_time", "label": "block", "p50_ns": 20000.0,
             "p99.9_ns": 90000.0}))
        out, _ = self.run_it("--only", "codec", "ring", "--rounds", "1")
        self.assertEqual(cells_of(out, "FrameToCommand"),
                         ["ns", "500", "2 000 QuickFixParseAndValidate", "0.25"])
        self.assertEqual(cells_of(out, "command_cost, yield, each")[:2], ["ns", "25.0"])
        self.assertEqual(cells_of(out, "event_throughput, block, consumers 2")[:2],
                         ["messages/s", "5 000 000"])
        self.assertEqual(cells_of(out, "hand_over, block, pause 1, p50")[:2], ["ns", "20 000"])
        self.assertEqual(cells_of(out, "hand_over, block, pause 1, p99.9")[:2], ["ns", "90 000"])

    def test_goal_benchs_own_json(self):
        times = {"median": 20.5, "max": 44.0}
        self.this.prints("goal_bench", "for people\n" + json.dumps({
            "benchmark": "goal_bench",
            "command_ms": {"Suspend": {"first_f": times, "last_f": times}},
            "order_us": {"idle": {"orders": 9, "p50": 300, "p99": 400, "p99.9": 500},
                         "meanwhile": {"orders": 9, "p50": 600, "p99": 800, "p99.9": 1000}},
            "command_cpu": {"ms": 12.0, "us_an_f": 1.0, "threads_ms": {}}}) + "\n")
        self.this.prints("betex-gateway", "")
        out, _ = self.run_it("--only", "goal", "--rounds", "1")
        self.assertEqual(cells_of(out, "Suspend, last f at the last broker, max")[:2],
                         ["ms", "44.0"])
        self.assertEqual(cells_of(out, "order in another market from a command to its last f, p99"),
                         ["us", "800", "400 without commands", "2.00"])

    def test_arguments(self):
        self.this.prints("settlement_bench", json_line(figure("a", 1)))
        self.this.prints("matching_bench", json_line(figure("a", 1)))
        self.run_it("--only", "ledger", "--quick")
        self.run_it("--only", "ledger", "--rounds", "1")
        self.assertEqual([call.rpartition(" ")[0] if "/" in call else call
                          for call in self.calls()],
                         ["this: matching_bench 1000000 money", "this: matching_bench 1 settlement",
                          "this: settlement_bench 100000",
                          "this: matching_bench 5000000 money", "this: matching_bench 1 settlement",
                          "this: settlement_bench 1000000"])

    def test_all_of_it(self):
        for benchmark in catalogue.BENCHMARKS:
            for program in benchmark.programs():
                self.this.prints(program, json_line(figure("a", 1)))
        for program in ("ring_bench", "codec_bench"):
            self.this.prints(program, google_json(
                {"name": "a", "cpu_time": 1.0, "time_unit": "ns"}))
        self.this.prints("goal_bench", json.dumps({
            "command_ms": {}, "order_us": {"idle": {}, "meanwhile": {}},
            "command_cpu": {"ms": 12.0, "us_an_f": 1.0}}))
        out, _ = self.run_it("--quick")
        groups = [line.split("**")[1] for line in out.splitlines() if line.startswith("| **")]
        self.assertEqual(groups, [benchmark.name for benchmark in catalogue.BENCHMARKS])
        self.assertEqual(len(self.calls()),
                         sum(len(benchmark.steps) for benchmark in catalogue.BENCHMARKS))

    def test_market_data_is_measured_where_it_is_built(self):
        self.this.prints("ring_bench", google_json(
            {"name": "a", "cpu_time": 1.0, "time_unit": "ns"}))
        for benchmark in catalogue.BENCHMARKS:
            if not benchmark.optional:
                for program in benchmark.programs():
                    self.this.program(program, "exit 1")
        out, _ = self.run_it("--quick", status=1)
        self.assertIn("market_data was left out: this build has no market_data_bench", out)
        _, err = self.run_it("--only", "market_data", status=2)
        self.assertIn("has no market_data_bench", err)
        self.this.prints("market_data_bench", json_line(figure("lag, p99", 48, "ms")))
        out, _ = self.run_it("--only", "market_data", "--quick")
        self.assertEqual(cells_of(out, "lag, p99"), ["ms", "48.0", "", ""])


class Older(RunTest):
    def test_text_of_before_the_json_line(self):
        older = self.older_build()
        self.this.prints("journal_bench", json_line(
            figure("16 small events, durable", 50000, "events/s"),
            figure("16 small events, median commit", 245),
            figure("16 small events, never told before", 1)))
        older.prints("journal_bench", """\
  batch      journal   plain LMDB   append+sync     LMDB   append    journal       LMDB    ratio
     16       100000        50000         80000     2.00     1.25        490        326     0.75       119       137
""", has_json_line=False)
        out, _ = self.run_it("--only", "journal", "--quick", "--older", older.bin, "--json",
                             self.json)
        self.assertEqual(cells_of(out, "16 small events, durable")[-2:], ["100 000", "0.50"])
        self.assertEqual(cells_of(out, "16 small events, median commit")[-2:], ["490", "0.50"])
        self.assertEqual(cells_of(out, "16 small events, never told before")[-2:], ["–", "–"])
        self.assertIn("no ratio to the older build for journal_bench, 16 small events, never told "
                      "before: its output does not say this", out)
        self.assertEqual(self.told()["figures"][2]["older"],
                         {"missing": "its output does not say this"})

    def test_parts_that_it_does_not_know_are_not_asked_of_it(self):
        older = self.older_build()
        self.this.program("matching_bench", """
case $2 in
  markets) name='10000 live, markets: 10000, median' ;;
  *) name="$2 live, engine, median" ;;
esac
echo 'JSON {"figures": [{"name": "'"$name"'", "value": 180, "unit": "ns"}]}'""")
        older.program("matching_bench", """
case $2 in
  markets)
    echo "Zipf-distributed orders, 10 000 live"
    echo "  markets: 1                260.0    255.0    250.0     1.00"
    echo "  markets: 10000            482.0    450.0    440.0     1.85" ;;
  *)
    echo "$2 live orders              mean   median    least    ratio"
    echo "  floor + events             12.8     12.8     12.5     1.00"
    echo "  engine                    402.0    360.0    350.0    31.41" ;;
esac""", has_json_line=False)
        out, _ = self.run_it("--only", "matching", "--quick", "--older", older.bin)
        for live in ("1000", "10000", "100000"):
            self.assertEqual(cells_of(out, f"{live} live, engine, median")[-2:], ["360", "0.50"])
        self.assertEqual(cells_of(out, "10000 live, markets: 10000, median")[-2:], ["450", "0.40"])
        self.assertIn("no ratio to the older build for matching_bench 1 memory: its "
                      "matching_bench does not know this", out)
        self.assertEqual([call.split()[-1] for call in self.calls() if call.startswith("older:")],
                         ["1000", "10000", "100000", "markets"])

    def test_a_part_that_a_later_one_refuses(self):
        older = self.older_build()
        self.this.prints("matching_bench", json_line(figure("a", 1)))
        older.program("matching_bench", """
case $2 in memory) echo "no such part" >&2; exit 64 ;; esac
echo 'JSON {"figures": [{"name": "a", "value": 2, "unit": "us"}]}'""")
        out, _ = self.run_it("--only", "matching", "--quick", "--older", older.bin)
        self.assertIn("for matching_bench 1 memory: its matching_bench does not know this", out)
        self.assertEqual(out.count("no ratio"), 1)

    def test_programs_that_it_has_not(self):
        older = self.older_build()
        _, err = self.run_it("--only", "journal", "--older", self.folder / "nowhere", status=2)
        self.assertIn("has no journal_bench", err)
        self.this.prints("journal_bench", json_line(figure("a", 1)))
        self.this.prints("session_memory_bench", json_line(figure("b", 1)))
        self.this.prints("betex-gateway", "")
        _, err = self.run_it("--only", "journal", "--older", self.folder / "nowhere", status=2)
        self.assertIn("there is no folder", err)
        _, err = self.run_it("--only", "journal", "--older", older.bin, status=2)
        self.assertIn("has none of the benchmarks", err)
        self.assertEqual(self.calls(), [])
        older.prints("journal_bench", json_line(figure("a", 2)))
        out, _ = self.run_it("--only", "journal", "memory", "--quick", "--older", older.bin)
        self.assertEqual(cells_of(out, "a")[-1], "0.50")
        self.assertIn("for session_memory_bench 200 20: it has no session_memory_bench", out)

    def test_its_failures_are_failures(self):
        older = self.older_build()
        self.this.prints("journal_bench", json_line(figure("a", 1)))
        older.program("journal_bench", "echo sad >&2; exit 7")
        out, _ = self.run_it("--only", "journal", "--quick", "--older", older.bin, status=1)
        self.assertIn("failed: journal: journal_bench of older build, round 1: ended with status 7",
                      out)
        self.assertIn("no ratio to the older build for journal_bench: it has failed", out)


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
        self.assertTrue(self.pids())
        self.assertFalse([pid for pid in self.pids() if fakes.lives(pid)])


class Plots(RunTest):
    def setUp(self):
        super().setUp()
        self.plots = self.folder / "plots"
        self.plots.mkdir()
        for name in ("baseline_server", "betex-gateway"):
            self.this.prints(name, "")

    def test_points(self):
        older = self.older_build()
        rates = {1: 241400, 10: 325921, 50: 312223, 500: 187225}
        figures = [figure(f"durable, {sessions} session" + ("s" if sessions > 1 else ""), rate,
                          "orders/s",
                          ("baseline" if sessions <= 50 else "baseline, 50 sessions", 70000))
                   for sessions, rate in rates.items()]
        figures += [figure(f"50 sessions at {load} orders/s, {share}", micros * factor)
                    for load, micros in ((1000, 400), (20000, 900), (100000, 4000))
                    for share, factor in (("p50", 1), ("p99", 3), ("p99.9", 10))]
        self.this.prints("end_to_end_bench", json_line(*figures))
        older.prints("end_to_end_bench", """\
sessions    gateway/s   baseline/s   ratio   gateway CPU us  baseline CPU us
       1       100000        29669    3.37              5.3             32.9
          of which  fix-io 3.0  pipeline 2.3
     500        90000        75810    1.19              7.5             23.9  baseline with 50
""", has_json_line=False)
        self.run_it("--only", "end_to_end", "--quick", "--older", older.bin, "--plots", self.plots)
        throughput = self.titles("throughput.svg")
        self.assertEqual(throughput, [
            "gateway, durable: 1 sessions, 241 400 orders/s",
            "gateway, durable: 10 sessions, 325 921 orders/s",
            "gateway, durable: 50 sessions, 312 223 orders/s",
            "gateway, durable: 500 sessions, 187 225 orders/s",
            "older build, durable: 1 sessions, 100 000 orders/s",
            "older build, durable: 500 sessions, 90 000 orders/s",
            "QuickFIX's own server, not durable: 1 sessions, 70 000 orders/s",
            "QuickFIX's own server, not durable: 10 sessions, 70 000 orders/s",
            "QuickFIX's own server, not durable: 50 sessions, 70 000 orders/s"])
        latency = self.titles("latency.svg")
        self.assertEqual(len(latency), 9)
        self.assertEqual(latency[0], "p50: 1 000 orders/s, 400 µs")
        self.assertEqual(latency[-1], "p99.9: 100 000 orders/s, 40 000 µs")

    def test_without_figures_there_are_none(self):
        self.this.prints("end_to_end_bench", json_line(figure("durable, 1 session", 1, "orders/s")))
        _, err = self.run_it("--only", "end_to_end", "--quick", "--plots", self.plots, status=1)
        self.assertIn("no plots: no figures for 'An order's way", err)
        self.assertEqual(list(self.plots.iterdir()), [])

    def titles(self, name):
        root = ET.parse(self.plots / name).getroot()
        self.assertEqual(root.tag, f"{SVG}svg")
        return [title.text for group in root.iterfind(f"{SVG}g[@class='series']")
                for title in group.iter(f"{SVG}title")]


class Conditions(RunTest):
    def test_machine_and_builds(self):
        older = self.older_build()
        for build in (self.this, older):
            build.prints("journal_bench", json_line(figure("a", 1)))
        (older.bin.parent / "CMakeCache.txt").write_text(
            "CMAKE_BUILD_TYPE:STRING=RelWithDebInfo\nCMAKE_CXX_FLAGS:STRING=\n"
            "CMAKE_CXX_FLAGS_RELWITHDEBINFO:STRING=-O2 -g0\nBETEX_HARDENED:BOOL=ON\n"
            "CMAKE_HOME_DIRECTORY:INTERNAL=/nowhere\n")
        out, _ = self.run_it("--only", "journal", "--quick", "--older", older.bin, "--json",
                             self.json)
        told = self.told()["conditions"]
        self.assertEqual(told["processors"], os.cpu_count())
        self.assertEqual(told["kernel"], f"{os.uname().sysname} {os.uname().release}")
        self.assertEqual(len(told["load_average"]), 3)
        self.assertGreater(told["memory_gib"], 0)
        self.assertEqual((told["effort"], told["rounds"]), ("quick", 1))
        self.assertNotEqual(told["file_system"], "unknown")
        self.assertEqual(told["builds"]["older build"],
                         {"commit": "unknown", "build_type": "RelWithDebInfo", "hardened": "ON",
                          "flags": "-O2 -g0"})
        self.assertEqual(told["builds"]["this build"]["build_type"], "unknown")
        self.assertIn("older build: unknown, RelWithDebInfo, hardened: ON, flags: -O2 -g0", out)
        self.assertIn(f"{os.cpu_count()} processors, {told['model']}", out)
        self.assertNotIn(str(self.folder), out)

    def test_the_commit_of_the_sources(self):
        self.this.prints("journal_bench", json_line(figure("a", 1)))
        (self.this.bin.parent / "CMakeCache.txt").write_text(
            "CMAKE_HOME_DIRECTORY:INTERNAL=/sources\n")
        git = self.folder / "git"
        for changes, said in (("", "abc1234"), (" M x.cpp", "abc1234 with changes")):
            git.write_text("#!/bin/sh\ncase \"$2 $3\" in\n'/sources rev-parse') echo abc1234 ;;\n"
                           f"'/sources status') echo '{changes}' ;;\n*) exit 1 ;;\nesac\n")
            git.chmod(0o755)
            out, _ = self.run_it("--only", "journal", "--quick", environment={
                "PATH": f"{self.folder}:{os.environ['PATH']}"})
            self.assertIn(f"this build: {said}, unknown", out)

    def test_the_file_system_is_that_of_the_deepest_mount(self):
        mounts = """\
1 0 8:1 / / rw - ext4 /dev/vda rw
2 1 0:5 / /dev/shm rw shared:1 - tmpfs none rw
3 1 8:2 / /data\\040of/us rw,noatime shared:2 master:1 - xfs /dev/vdb rw
4 1 8:3 / /data\\040of/us rw - btrfs /dev/vdc rw
"""
        for folder, said in (("/", "ext4"), ("/home/x", "ext4"), ("/dev/shm/x", "tmpfs"),
                             ("/dev/shmem", "ext4"), ("/data of/us/x", "btrfs")):
            with self.subTest(folder):
                self.assertEqual(conditions.file_system(folder, mounts), said)
        self.assertEqual(conditions.file_system("/", ""), "unknown")

    def test_large_pages(self):
        self.assertEqual(conditions.huge_pages("always [madvise] never\n"), "madvise")
        self.assertEqual(conditions.huge_pages(""), "unknown")
        self.this.program("matching_bench", """
echo 'JSON {"figures": [{"name": "'"$GLIBC_TUNABLES"'", "value": 1, "unit": "us"}]}'""")
        out, _ = self.run_it("--only", "matching", "--quick", "--json", self.json)
        asked = self.told()["conditions"]["transparent_huge_pages"] in ("madvise", "always")
        name = self.told()["figures"][0]["name"]
        self.assertEqual("glibc.malloc.hugetlb=1" in name, asked)


if __name__ == "__main__":
    unittest.main()

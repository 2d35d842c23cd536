"""What tests/bench/run says of what its benchmarks have told: figures, medians, ratios."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from runner import catalogue
from runner.fakes import figure, google_json, json_line
from runner.run_case import RunTest, cells_of


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
             "p99.9_ns": 90000.0, "p99_ns": 40000.0}))
        out, _ = self.run_it("--only", "codec", "ring", "--rounds", "1")
        self.assertEqual(cells_of(out, "FrameToCommand"),
                         ["ns", "500", "2 000 QuickFixParseAndValidate", "0.25"])
        self.assertEqual(cells_of(out, "command_cost, yield, each")[:2], ["ns", "25.0"])
        self.assertEqual(cells_of(out, "event_throughput, block, consumers 2")[:2],
                         ["messages/s", "5 000 000"])
        self.assertEqual(cells_of(out, "hand_over, block, pause 1, p50")[:2], ["ns", "20 000"])
        self.assertEqual(cells_of(out, "hand_over, block, pause 1, p99.9")[:2], ["ns", "90 000"])
        shares = ("p50", "p99", "p99.9")
        at = [out.index(f"hand_over, block, pause 1, {share} ") for share in shares]
        self.assertEqual(at, sorted(at))

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
                         ["this: matching_bench 1000000 money",
                          "this: matching_bench 1000000 groups", "this: matching_bench 1 settlement",
                          "this: settlement_bench 100000",
                          "this: matching_bench 5000000 money",
                          "this: matching_bench 5000000 groups", "this: matching_bench 1 settlement",
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


if __name__ == "__main__":
    unittest.main()

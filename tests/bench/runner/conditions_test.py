"""What tests/bench/run says of machine and builds, and the plots that it draws."""

import os
import pathlib
import sys
import unittest
import xml.etree.ElementTree as ET

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from runner import conditions
from runner.fakes import figure, json_line
from runner.run_case import RunTest

SVG = "{http://www.w3.org/2000/svg}"


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
            git.write_text("#!/bin/sh\ncase \"$3 $4\" in\n'/sources rev-parse') echo abc1234 ;;\n"
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


if __name__ == "__main__":
    unittest.main()

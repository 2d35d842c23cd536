"""What benchmarks of before json_line.h printed, as they printed it."""

import pathlib
import sys
import unittest

BENCH = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(BENCH))

from runner import older_text
from runner.figures import Unreadable

MATCHING = """\
neutral mix, 5000000 operations, the second half measured in rounds of 100000
ns of the thread's processor time an operation; ratio to the floor with events
1000 live orders              mean   median    least    ratio
  floor                      10.8     10.7     10.4     0.84
  floor + events             12.8     12.8     12.5     1.00
  book + events              34.0     28.3     28.0     2.66
  engine                    195.0    175.0    170.0    15.23
Zipf-distributed orders, 10 000 live
  markets: 1                260.0    255.0    250.0     1.00
  markets: 10000            482.0    470.0    460.0     1.85

bytes: an empty market with two instruments 1249, a resting order with its ClOrdID 284, a held ClOrdID 125
"""

JOURNAL = """\
176 bytes a transaction of one event, segments of 1000000 events, /data/betex-journal-bench-1

          durable events a second                ratio to        median commit, us        processor, us
  batch      journal   plain LMDB   append+sync     LMDB   append    journal       LMDB    ratio   journal      LMDB
      1         4276         4319         7010     0.99     0.61        226        216     1.05       106        99
  32768      4586093      3077915      2591013     1.49     1.77       5590       9469     0.59      5149      7660
cancels of 4096 orders, 32912 bytes each:
    256        13896        16348        16158     0.85     0.86      24559       9536     2.58     15331     12056

replay, verified and decoded, from the page cache: 11.5 million events a second of processor time
"""

END_TO_END = """\
20261123-10:00:00.000, load average 1.2
AMD EPYC, 2 threads; Linux 6.1; file system type 0xef53; build: optimised
5 rounds of 1000 round trips and 50000 pipelined orders, window 8192; FIXT.1.1, TCP over loopback

us, one outstanding                                p50       p99     p99.9
TCP ping-pong, 220 bytes, two threads             16.0      28.0      74.0
one LMDB commit, one record of 512 bytes         250.0     517.0     652.0
order -> New, baseline, not durable               52.0     172.0     278.0
order -> New, gateway, durable                   397.0     617.0    1430.0
gateway - commit - baseline, of the p50s          95.0

sessions    gateway/s   baseline/s   ratio   gateway CPU us  baseline CPU us
       1       241400        29669    8.14              4.3             32.9
          of which  fix-io 2.6  pipeline 1.7
     500       187225        75810    2.47              6.5             23.9  baseline with 50
          of which  fix-io 4.7  pipeline 1.6  snapshot 0.2

us from when it was due, 20 000 orders/s           p50       p99     p99.9
baseline, 1 sessions                             116.0    4992.0    8281.0
          slowest 0.1 %, by the second in which they were due:  0: 3  1: 122
          first 0 reports of before sent again, in 0.0 ms
gateway, 1 sessions                              775.0    1687.0    7583.0
          slowest 0.1 %, by the second in which they were due:  2: 125
gateway, 50 sessions                            3068.0    9604.0   13309.0
"""

MEMORY = """\
1000 sessions, off: 111616 KiB in all
on: 130048 KiB in all, 18.4 KiB a session more than off
on, after 100 orders each: 186368 KiB in all, 74.8 KiB a session more than off
"""


def told(program, text):
    return {figure.name: (figure.value, figure.unit)
            for figure in older_text.figures_of(program, text)}


class OlderText(unittest.TestCase):
    def test_matching(self):
        figures = told("matching_bench", MATCHING)
        self.assertEqual(len(figures), 12)
        self.assertEqual(figures["1000 live, engine, mean"], (195.0, "ns"))
        self.assertEqual(figures["1000 live, floor + events, median"], (12.8, "ns"))
        self.assertEqual(figures["10000 live, markets: 10000, median"], (470.0, "ns"))

    def test_journal(self):
        figures = told("journal_bench", JOURNAL)
        self.assertEqual(len(figures), 13)
        self.assertEqual(figures["1 small events, durable"], (4276, "events/s"))
        self.assertEqual(figures["1 small events, append and sync"], (7010, "events/s"))
        self.assertEqual(figures["32768 small events, median commit"], (5590, "us"))
        self.assertEqual(figures["256 cancels of 4096 orders, processor time of a commit"],
                         (15331, "us"))
        self.assertEqual(figures["replay, verified and decoded"], (11.5e6, "events/s"))

    def test_end_to_end(self):
        figures = told("end_to_end_bench", END_TO_END)
        self.assertEqual(len(figures), 28)
        self.assertEqual(figures["one outstanding, p99.9"], (1430.0, "us"))
        self.assertEqual(figures["LMDB commit, p50"], (250.0, "us"))
        self.assertEqual(figures["one outstanding, p50 - commit - baseline"], (95.0, "us"))
        self.assertEqual(figures["durable, 1 session"], (241400, "orders/s"))
        self.assertEqual(figures["durable, 500 sessions"], (187225, "orders/s"))
        self.assertEqual(figures["processor time of an order, 500 sessions"], (6.5, "us"))
        self.assertEqual(figures["of which fix-io, 1 session"], (2.6, "us"))
        self.assertEqual(figures["of which snapshot, 500 sessions"], (0.2, "us"))
        self.assertEqual(figures["20000 orders/s, baseline, 1 session, p99"], (4992.0, "us"))
        self.assertEqual(figures["20000 orders/s, 50 sessions, p50"], (3068.0, "us"))

    def test_memory(self):
        self.assertEqual(told("session_memory_bench", MEMORY), {
            "1000 sessions, off, in all": (111616, "KiB"),
            "a session that is on": (18.4, "KiB"),
            "a session that is on, after 100 orders each": (74.8, "KiB")})

    def test_another_text_is_not_guessed_at(self):
        for program in older_text.READERS:
            with self.subTest(program), self.assertRaises(Unreadable):
                older_text.figures_of(program, "12 things of which 3.0\n  other  1.0  2.0\n")


class Names(unittest.TestCase):
    """That the programs give their figures these names, as far as they stand in the sources."""

    def test_programs_use_them(self):
        for source, words in (
                ("end_to_end_bench.cpp", ('"one outstanding, "', '"LMDB commit"', '"durable"',
                                          '"processor time of an order"', '"of which "',
                                          '"20000 orders/s, "', '"20000 orders/s, baseline, "',
                                          '" orders/s"', '" at "')),
                ("journal_contestants.h", ('"small events"', '"cancels of 4096 orders"')),
                ("journal_bench.cpp", ('"durable"', '"append and sync"', '"median commit"',
                                       '"processor time of a commit"',
                                       '"replay, verified and decoded"')),
                ("matching_bench.cpp", ('" live, "', '"mean"', '"median"')),
                ("session_memory_bench.cpp", ('"{} sessions, off, in all"',
                                              '"a session that is {}"')),
                ("json_line.cpp", ('"JSON %s\\n"',))):
            text = (BENCH / source).read_text()
            for word in words:
                with self.subTest(f"{source}: {word}"):
                    self.assertIn(word, text)


if __name__ == "__main__":
    unittest.main()

"""What benchmarks of before json_line.h print for people, as figures: only where each can be told
for sure. The names are those that the programs give their figures now."""

import re

from runner.figures import Figure, Unreadable

NUMBER = r"(-?\d+(?:\.\d+)?)"
SHARES = ("p50", "p99", "p99.9")


def figures_of(program, output):
    """Unreadable where nothing is found."""
    found = list(READERS[program](output.split("\n")))
    if not found:
        raise Unreadable("nothing in its text is as it was known")
    return found


def _numbers(line, count):
    """'  name  1.0  2.0' as name and numbers; (None, []) where there are not just so many."""
    match = re.fullmatch(r"\s*(\S.*?)" + (r"\s+" + NUMBER) * count, line)
    return (match[1], [float(each) for each in match.groups()[1:]]) if match else (None, [])


def _matching(lines):
    setting = None
    for line in lines:
        heading = re.match(r"(\d+) live orders ", line)
        if heading:
            setting = f"{heading[1]} live, "
        elif line.startswith("Zipf-distributed orders, 10 000 live"):
            setting = "10000 live, "
        elif line.startswith("  ") and setting:
            name, numbers = _numbers(line, 4)
            if name:
                yield Figure(f"{setting}{name}, mean", numbers[0], "ns")
                yield Figure(f"{setting}{name}, median", numbers[1], "ns")


def _journal(lines):
    events = "small events"
    for line in lines:
        if line.startswith("cancels of 4096 orders"):
            events = "cancels of 4096 orders"
        batch, numbers = _numbers(line, 10)
        if batch and batch.isdigit():
            name = f"{batch} {events}"
            yield Figure(f"{name}, durable", numbers[0], "events/s")
            yield Figure(f"{name}, append and sync", numbers[2], "events/s")
            yield Figure(f"{name}, median commit", numbers[5], "us")
            yield Figure(f"{name}, processor time of a commit", numbers[8], "us")
        replay = re.match(r"replay, verified and decoded, .*: " + NUMBER + " million", line)
        if replay:
            yield Figure("replay, verified and decoded", float(replay[1]) * 1e6, "events/s")


LATENCIES = {"TCP ping-pong, 220 bytes, two threads": "TCP ping-pong",
             "one LMDB commit, one record of 512 bytes": "LMDB commit",
             "order -> New, gateway, durable": "one outstanding"}


def _end_to_end(lines):
    sessions = None
    for line in lines:
        rest, numbers = _numbers(line, 1)
        if rest == "gateway - commit - baseline, of the p50s":
            yield Figure("one outstanding, p50 - commit - baseline", numbers[0], "us")
        label, numbers = _numbers(line, 3)
        if label:
            yield from _latencies(label, numbers)
        label, numbers = _numbers(line.removesuffix("  baseline with 50"), 5)
        if label and label.isdigit():
            sessions = _counted(label)
            yield Figure(f"durable, {sessions}", numbers[0], "orders/s")
            yield Figure(f"processor time of an order, {sessions}", numbers[3], "us")
        if line.startswith("          of which  ") and sessions:
            for thread, micros in re.findall(r"  (\S+) " + NUMBER, line):
                yield Figure(f"of which {thread}, {sessions}", float(micros), "us")


def _latencies(label, numbers):
    name = LATENCIES.get(label)
    open_loop = re.fullmatch(r"(gateway|baseline), (\d+) sessions", label)
    if open_loop:
        baseline = "baseline, " if open_loop[1] == "baseline" else ""
        name = f"20000 orders/s, {baseline}{_counted(open_loop[2])}"
    if name:
        for share, value in zip(SHARES, numbers):
            yield Figure(f"{name}, {share}", value, "us")


def _counted(sessions):
    return f"{sessions} session" if sessions == "1" else f"{sessions} sessions"


def _session_memory(lines):
    for line in lines:
        configured = re.fullmatch(r"(\d+) sessions, off: (\d+) KiB in all", line)
        if configured:
            yield Figure(f"{configured[1]} sessions, off, in all", float(configured[2]), "KiB")
        on = re.fullmatch(rf"(on.*): \d+ KiB in all, {NUMBER} KiB a session more than off", line)
        if on:
            yield Figure(f"a session that is {on[1]}", float(on[2]), "KiB")


READERS = {"matching_bench": _matching, "journal_bench": _journal,
           "end_to_end_bench": _end_to_end, "session_memory_bench": _session_memory}

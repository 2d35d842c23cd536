"""The two plots of tests/bench/README.md, of what end_to_end_bench tells."""

import re

from runner.plot import Axis, Chart, Series, svg

LOADED = re.compile(r"50 sessions at (\d+) orders/s, (p50|p99|p99\.9)")
DURABLE = re.compile(r"durable, (\d+) sessions?")
SHARES = ("p50", "p99", "p99.9")


class NothingToPlot(Exception):
    """The figures are not there."""


def latency(results, subtitle):
    """Percentiles against load."""
    now = {share: {} for share in SHARES}
    older = {share: {} for share in SHARES}
    for row in results.of("end_to_end"):
        loaded = LOADED.fullmatch(row.name)
        if loaded:
            load, share = int(loaded[1]), loaded[2]
            now[share][load] = row.median()
            if row.older:
                older[share][load] = row.older_median()
    series = [Series(share, _points(now[share]), look)
              for look, share in enumerate(SHARES) if now[share]]
    series += [Series(f"{share}, older build", _points(older[share]), look, older=True)
               for look, share in enumerate(SHARES) if older[share]]
    return _svg(Chart("An order's way to its durable New, by load over 50 sessions", subtitle,
                      Axis("load", "orders/s", logarithmic=True),
                      Axis("from when it was due", "µs", logarithmic=True), tuple(series)))


def throughput(results, subtitle):
    """Orders a second against sessions."""
    now, older, baseline = {}, {}, {}
    for row in results.of("end_to_end"):
        durable = DURABLE.fullmatch(row.name)
        if durable:
            sessions = int(durable[1])
            now[sessions] = row.median()
            if row.older:
                older[sessions] = row.older_median()
            if row.beside == "baseline":  # of as many sessions
                baseline[sessions] = row.beside_median()
    lines = (("gateway, durable", now, 0, False), ("older build, durable", older, 0, True),
             ("QuickFIX's own server, not durable", baseline, 1, False))
    series = tuple(Series(name, _points(by_sessions), look, is_older)
                   for name, by_sessions, look, is_older in lines if by_sessions)
    return _svg(Chart("Orders a second, by sessions", subtitle,
                      Axis("sessions", logarithmic=True, ticks=tuple(sorted(now))),
                      Axis("throughput", "orders/s"), series))


def _points(by_x):
    return tuple(sorted(by_x.items()))


def _svg(chart):
    if not chart.series:
        raise NothingToPlot(f"no figures for '{chart.title}'")
    return svg(chart)

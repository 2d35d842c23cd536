"""What benchmarks say that they have measured, read from their output."""

import dataclasses
import json
import math
import re


class Unreadable(Exception):
    """Says what is wrong with an output."""


@dataclasses.dataclass(frozen=True)
class Beside:
    """What a figure is held against, measured in the same run."""
    name: str
    value: float


@dataclasses.dataclass(frozen=True)
class Figure:
    name: str
    value: float
    unit: str
    beside: Beside | None = None


def from_json_line(output):
    """Of the last line as json_line.h writes it."""
    last = _last_line(output)
    if not last.startswith("JSON "):
        raise Unreadable("its last line is not its figures as JSON")
    try:
        figures = [_figure(each) for each in json.loads(last[len("JSON "):])["figures"]]
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"its last line is not as json_line.h says: {error!r}") from error
    return _checked(figures)


def from_goal(output):
    """Of goal_bench's last line, which is an object of its own kind."""
    try:
        told = json.loads(_last_line(output))
        figures = list(_goal_figures(told))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"its last line is not goal_bench's JSON: {error!r}") from error
    return _checked(figures)


def from_google_benchmark(text):
    """Of the JSON that Google Benchmark writes with --benchmark_out."""
    try:
        figures = [figure for run in json.loads(text)["benchmarks"] for figure in _run_figures(run)]
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"this is not Google Benchmark's JSON: {error!r}") from error
    values = {figure.name: figure.value for figure in figures}
    return _checked([_beside_quickfix(figure, values) for figure in figures])


def shown(value):
    """A number as people read it, three digits or so: 312 223, 12.8, 0.97."""
    if abs(value) >= 100:
        return f"{value:,.0f}".replace(",", " ")
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if abs(value) >= 0.1 or value == 0 else f"{value:.2g}"


def _last_line(output):
    lines = output.rstrip("\n").split("\n")
    return lines[-1]


def _checked(figures):
    if not figures:
        raise Unreadable("it names no figure")
    names = set()
    for figure in figures:
        if figure.name in names:
            raise Unreadable(f"it has two figures of the name '{figure.name}'")
        names.add(figure.name)
        for value in [figure.value] + ([figure.beside.value] if figure.beside else []):
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise Unreadable(f"'{figure.name}' is no number")
            if not math.isfinite(value):
                raise Unreadable(f"'{figure.name}' is not finite")
    return figures


def _figure(told):
    beside = told.get("beside")
    return Figure(told["name"], told["value"], told["unit"],
                  Beside(beside["name"], beside["value"]) if beside else None)


# ---- goal_bench --------------------------------------------------------------------------------

MOMENTS = {"first_f": "first f", "half_told": "half of the brokers have all",
           "last_f": "last f at the last broker", "answer": "the operator's answer"}


def _goal_figures(told):
    for command, moments in told["command_ms"].items():
        for moment, times in moments.items():
            for which in ("median", "max"):
                yield Figure(f"{command}, {MOMENTS[moment]}, {which}", times[which], "ms")
    idle, meanwhile = told["order_us"]["idle"], told["order_us"]["meanwhile"]
    for share in ("p50", "p99", "p99.9"):
        if share in idle and share in meanwhile:  # no orders, no latencies
            yield Figure(f"order in another market from a command to its last f, {share}",
                         meanwhile[share], "us", Beside("without commands", idle[share]))
    yield Figure("processor time of a command", told["command_cpu"]["ms"], "ms")
    yield Figure("processor time of an f", told["command_cpu"]["us_an_f"], "us")


# ---- Google Benchmark --------------------------------------------------------------------------

NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}

# What codec_bench has of QuickFIX for the same work.
QUICKFIX = {"FrameToCommand": "QuickFixParseAndValidate",
            "EncodeExecutionReport": "QuickFixBuildExecutionReport"}


def _run_figures(run):
    name = _run_name(run)
    if run.get("error_occurred"):
        raise Unreadable(f"{name}: {run.get('error_message')}")
    percentiles = {float(found[1]): key for key in run
                   if (found := re.fullmatch(r"p(\d+(?:\.\d+)?)_ns", key))}
    if percentiles:
        for _, key in sorted(percentiles.items()):
            yield Figure(f"{name}, {key.removesuffix('_ns')}", run[key], "ns")
    elif "throughput" in name:
        yield Figure(name, run["items_per_second"], "messages/s")
    elif "items_per_second" in run:
        yield Figure(f"{name}, each", 1e9 / run["items_per_second"], "ns")
    else:
        yield Figure(name, run["cpu_time"] * NANOSECONDS[run["time_unit"]], "ns")


def _run_name(run):
    """'hand_over/wait:2/pause:1/real_time', labelled 'block', is 'hand_over, block, pause 1'."""
    first, *arguments = run["name"].split("/")
    words = [first.removeprefix("BM_")]
    if run.get("label"):
        words.append(run["label"])
    for argument in arguments:
        key, _, value = argument.partition(":")
        if value and key != "wait":  # the label names it
            words.append(f"{key} {value}")
    return ", ".join(words)


def _beside_quickfix(figure, values):
    name = QUICKFIX.get(figure.name)
    if name not in values:
        return figure
    return dataclasses.replace(figure, beside=Beside(name, values[name]))

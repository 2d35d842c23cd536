"""What came out of all rounds: as a table, and for JSON."""

import dataclasses
import statistics

from runner.figures import shown

NOT_SAID = "its output does not say this"


@dataclasses.dataclass
class Row:
    """One figure of all rounds; the older build's where it has been told."""
    benchmark: str
    step: str  # what told it
    name: str
    unit: str
    values: dict[int, float] = dataclasses.field(default_factory=dict)  # by round
    beside: str | None = None
    besides: dict[int, float] = dataclasses.field(default_factory=dict)
    older: dict[int, float] = dataclasses.field(default_factory=dict)

    def median(self):
        return statistics.median(self.values.values())

    def beside_median(self):
        return statistics.median(self.besides.values())

    def older_median(self):
        return statistics.median(self.older.values()) if self.older else None

    def beside_ratio(self):
        """The median of the rounds' ratios."""
        return _ratio(self.values, self.besides)

    def older_ratio(self):
        """The same. None where no round has both."""
        return _ratio(self.values, self.older)


def _ratio(values, others):
    ratios = [values[round_] / other for round_, other in others.items()
              if round_ in values and other != 0]
    return statistics.median(ratios) if ratios else None


@dataclasses.dataclass(frozen=True)
class Failure:
    benchmark: str
    step: str
    build: str
    round: int
    reason: str
    tail: str

    def __str__(self):
        said = f"{self.benchmark}: {self.step} of {self.build}, round {self.round}: {self.reason}"
        return said + ("; the end of what it wrote:\n" + _indented(self.tail) if self.tail else "")


def _indented(text):
    return "\n".join(f"    {line}" for line in text.splitlines())


class Results:
    def __init__(self):
        self.rows = []  # in the order in which they were first told
        self.failures = []
        self.missing = {}  # by a step's title: why the older build has no figures of it
        self.left_out = {}  # benchmarks by name: why
        self._rows = {}  # by step, name and unit
        self._older = {}  # by the same, then by round

    def add(self, benchmark, step, round_, told):
        """What this build's program has told in one round."""
        for figure in told:
            key = (step, figure.name, figure.unit)
            row = self._rows.get(key)
            if row is None:
                row = Row(benchmark, *key, older=self._older.setdefault(key, {}))
                self._rows[key] = row
                self.rows.append(row)
            row.values[round_] = figure.value
            if figure.beside:
                row.beside = figure.beside.name
                row.besides[round_] = figure.beside.value

    def add_older(self, step, round_, told):
        """The same of the older build. What this build does not tell stays out of the rows."""
        for figure in told:
            key = (step, figure.name, figure.unit)
            self._older.setdefault(key, {})[round_] = figure.value

    def of(self, benchmark):
        return [row for row in self.rows if row.benchmark == benchmark]

    def why_no_older(self, row):
        return self.missing.get(row.step, NOT_SAID)


def table(results, older):
    """As Markdown, whose columns are aligned. `older`: whether there are ratios to an older
    build."""
    head = ["", "unit", "median", "beside", "ratio"]
    lines = [head + (["older", "ratio to it"] if older else [])]
    benchmark = None
    for row in results.rows:
        if row.benchmark != benchmark:
            benchmark = row.benchmark
            lines.append([f"**{benchmark}**"] + [""] * (len(lines[0]) - 1))
        lines.append(_cells(row, older))
    return _aligned(lines)


def _cells(row, older):
    value = shown(row.median())
    if len(row.values) > 1:
        value += f" ({shown(min(row.values.values()))} to {shown(max(row.values.values()))})"
    cells = [row.name, row.unit, value]
    if row.beside:
        cells += [f"{shown(row.beside_median())} {row.beside}", _shown_ratio(row.beside_ratio())]
    else:
        cells += ["", ""]
    if older:
        median = row.older_median()
        cells += ["–" if median is None else shown(median), _shown_ratio(row.older_ratio())]
    return [cell.replace("|", "\\|") for cell in cells]


def _shown_ratio(ratio):
    if ratio is None:
        return "–"
    return shown(ratio) if ratio >= 100 else f"{ratio:.2f}"


def _aligned(lines):
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    left = [column in (0, 1, 3) for column in range(len(widths))]
    rule = ["-" * width if is_left else "-" * (width - 1) + ":"
            for width, is_left in zip(widths, left)]
    texts = [[cell.ljust(width) if is_left else cell.rjust(width)
              for cell, width, is_left in zip(line, widths, left)] for line in lines]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [texts[0], rule, *texts[1:]])


def notes(results, older):
    """What the table does not say: what was left out, and why; what has failed."""
    said = [f"{name} was left out: {why}" for name, why in results.left_out.items()]
    if older:
        reasons = {}
        for row in results.rows:
            if not row.older:
                reasons.setdefault((row.step, results.why_no_older(row)), []).append(row.name)
        for (step, why), names in reasons.items():
            told = [row for row in results.rows if row.step == step]
            which = step if len(names) == len(told) else f"{step}, {'; '.join(names)}"
            said.append(f"no ratio to the older build for {which}: {why}")
    said += [f"failed: {failure}" for failure in results.failures]
    return said


def as_json(results, older):
    return {"figures": [_row_as_json(row, results, older) for row in results.rows],
            "left_out": results.left_out,
            "failures": [dataclasses.asdict(failure) for failure in results.failures]}


def _row_as_json(row, results, older):
    told = {"benchmark": row.benchmark, "program": row.step, "name": row.name, "unit": row.unit,
            "values": list(row.values.values()), "median": row.median()}
    if row.beside:
        told["beside"] = {"name": row.beside, "values": list(row.besides.values()),
                          "median": row.beside_median(), "ratio": row.beside_ratio()}
    if older:
        told["older"] = ({"values": list(row.older.values()), "median": row.older_median(),
                          "ratio": row.older_ratio()} if row.older
                         else {"missing": results.why_no_older(row)})
    return told

"""What tests/bench/run measures, and with which programs."""

import dataclasses

from runner import figures

FOLDER = "{folder}"  # in arguments: an empty folder of the step's own
GOOGLE_OUT = "google_benchmark.json"


@dataclasses.dataclass(frozen=True)
class Step:
    """One run of one program."""
    program: str
    full: tuple[str, ...]   # arguments
    quick: tuple[str, ...]  # with --quick
    limit_s: int = 600      # many times what it takes
    kind: str = "json_line"     # or "google_benchmark", "goal": how it tells its figures
    large_pages: bool = False   # for its heap, as gateway/run asks for them
    starts: tuple[str, ...] = ()    # programs that it finds in its own folder
    # Before json_line.h the program had this part already, and older_text reads what it printed.
    older_text: bool = False

    def arguments(self, quick, folder):
        words = self.quick if quick else self.full
        if self.kind == "google_benchmark":
            words += (f"--benchmark_out={FOLDER}/{GOOGLE_OUT}", "--benchmark_out_format=json")
        return [word.replace(FOLDER, str(folder)) for word in words]

    def title(self, quick):
        words = [word for word in (self.quick if quick else self.full) if FOLDER not in word]
        return " ".join([self.program, *words])

    def read(self, output, folder):
        """The figures of an output; figures.Unreadable where they are not there."""
        if self.kind == "json_line":
            return figures.from_json_line(output)
        if self.kind == "goal":
            return figures.from_goal(output)
        try:
            return figures.from_google_benchmark((folder / GOOGLE_OUT).read_text())
        except OSError as error:
            raise figures.Unreadable(f"it has not written {GOOGLE_OUT}") from error


@dataclasses.dataclass(frozen=True)
class Benchmark:
    name: str
    what: str
    steps: tuple[Step, ...]
    optional: bool = False  # left out where its programs are not built

    def programs(self):
        return [name for step in self.steps for name in (step.program, *step.starts)]


def _google(program):
    return Step(program, (), ("--benchmark_min_time=0.05",), kind="google_benchmark")


def _matching(part, *, quick="1000000", full="5000000", older_text=False):
    return Step("matching_bench", (full, part), (quick, part), large_pages=True,
                older_text=older_text)


GATEWAY = ("betex-gateway",)

BENCHMARKS = (
    Benchmark("ring", "the rings between the stages", (_google("ring_bench"),)),
    Benchmark("codec", "decoding and encoding, beside QuickFIX", (_google("codec_bench"),)),
    Benchmark("matching", "the engine, beside a bare floor", (
        _matching("1000", older_text=True),
        _matching("10000", older_text=True),
        _matching("100000", older_text=True),
        _matching("markets", older_text=True),
        _matching("mass-cancels", quick="1", full="1"),
        _matching("fill-or-kill", quick="1", full="1"),
        _matching("memory", quick="1", full="1"),
    )),
    Benchmark("ledger", "accounts' money, order groups, and settlements", (
        _matching("money"),
        _matching("groups"),
        _matching("settlement", quick="1", full="1"),
        Step("settlement_bench", ("1000000", FOLDER), ("100000", FOLDER), limit_s=1200),
    )),
    Benchmark("journal", "commits, beside plain loops, and replay", (
        Step("journal_bench", (FOLDER,), (FOLDER,), older_text=True),
    )),
    Benchmark("end_to_end", "orders from a client's socket to the durable log and back", (
        Step("end_to_end_bench", (FOLDER,), ("--quick", FOLDER),
             starts=("baseline_server", *GATEWAY), older_text=True),
    )),
    Benchmark("goal", "a market of many runners is suspended", (
        Step("goal_bench", (FOLDER,), ("--rounds", "5", "--idle-s", "2", FOLDER), kind="goal",
             starts=GATEWAY),
    )),
    Benchmark("memory", "what a session takes of the gateway's memory", (
        Step("session_memory_bench", ("1000", "100"), ("200", "20"), starts=GATEWAY,
             older_text=True),
    )),
    Benchmark("scale", "a large exchange beside one of a tenth of its size", (
        Step("scale_bench", (FOLDER,),
             ("--sessions", "30", "--markets", "100", "--accounts", "1000", "--orders", "10000",
              "--events", "1000000", FOLDER),
             limit_s=3600, starts=("betex-journal", *GATEWAY)),
    )),
    Benchmark("market_data", "market data to many sessions", (
        Step("market_data_bench", (FOLDER,), ("--quick", FOLDER), limit_s=1200, starts=GATEWAY),
    ), optional=True),
)

BY_NAME = {benchmark.name: benchmark for benchmark in BENCHMARKS}

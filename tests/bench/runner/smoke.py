"""How each program of tests/bench is run in seconds, to see that it works."""

from runner.catalogue import FOLDER, Step


def _step(program, *words, kind="json_line"):
    return Step(program, words, words, limit_s=300, kind=kind)


# With this minimum of time each measurement of Google Benchmark's takes one round, or some.
STEPS = {step.program: step for step in (
    _step("ring_bench", "--smoke", "--benchmark_min_time=0.001", kind="google_benchmark"),
    _step("codec_bench", "--benchmark_min_time=0.001", kind="google_benchmark"),
    _step("matching_bench", "--smoke"),
    _step("journal_bench", "--smoke", FOLDER),
    _step("settlement_bench", "--smoke", "200", FOLDER),
    _step("end_to_end_bench", "--smoke", FOLDER),
    _step("failover_bench", "--smoke", FOLDER),
    _step("goal_bench", "--smoke", FOLDER, kind="goal"),
    _step("market_data_bench", "--smoke", FOLDER),
    _step("scale_bench", "--smoke", FOLDER),
    _step("session_memory_bench", "--smoke"),
    _step("logon_bench", "--smoke"),
    _step("strangers_bench", "--smoke"),
    # Of a gateway that runs.
    _step("client_cost_bench", "--seconds", "0.1", "--wal", f"{FOLDER}/wal",
          "--log", f"{FOLDER}/gateway.log", "nothing", "status", "refused", "j", "resend"),
)}

# These measure nothing: the arguments with which they end by themselves, if they do.
OTHERS = {"wal_generator": (f"{FOLDER}/wal", "1000"), "baseline_server": None}

# Not on every machine; in CI it is.
NEED_ETCD = {"failover_bench"}

# What these must be told in any case.
REQUIRED = {"wal_generator": (FOLDER, "1"), "baseline_server": ("1", "1", FOLDER),
            "client_cost_bench": ("--wal", FOLDER, "--log", FOLDER, "nothing")}

# Arguments that are wrong, and what the complaint names.
WRONG = {
    "matching_bench": ((("1", "cancels"), "cancels"), (("100", "1000"), "100000")),
    "journal_bench": ((("/nowhere",), "/nowhere"), ((FOLDER, "play"), "play")),
    "settlement_bench": ((("1",), "rows"), (("200", "/nowhere"), "/nowhere")),
    "end_to_end_bench": ((("/nowhere",), "/nowhere"), (("--rounds", "0"), "--rounds")),
    "failover_bench": ((("/nowhere",), "/nowhere"), (("--kills", "0"), "--kills")),
    "goal_bench": ((("/nowhere",), "/nowhere"), (("--runners", "1"), "--runners")),
    "market_data_bench": ((("/nowhere",), "/nowhere"), (("--sessions", "1"), "--sessions")),
    "scale_bench": ((("/nowhere",), "/nowhere"), (("--events", "1000"), "--events"),
                    (("--sessions", "2"), "--sessions")),
    "session_memory_bench": ((("none",), "none"), (("5", "0"), "orders")),
    "logon_bench": ((("--sessions", "1"), "--sessions"), (("--gateway", "/nowhere"), "/nowhere")),
    "strangers_bench": ((("/nowhere",), "/nowhere"),),
    "client_cost_bench": ((("nothing",), "--wal"),),
    "wal_generator": (((FOLDER, "0"), "events"), ((FOLDER,), "events")),
    "baseline_server": ((("many", "1", FOLDER), "many"), ((), "port")),
}

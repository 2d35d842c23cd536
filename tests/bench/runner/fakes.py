"""Stand-ins for benchmarks: scripts that print known lines and keep a list of their calls."""

import json
import os
import pathlib
import subprocess

RUN = pathlib.Path(__file__).resolve().parents[1] / "run"
PATIENCE_S = 60  # busy machines are slow
HAS_JSON_LINE = "# JSON %s"  # what a program has in it that prints such a line


class Build:
    """A bin folder. All builds of a test share the list of calls."""

    def __init__(self, folder, name="this"):
        self.name = name
        self.bin = folder / name / "bin"
        self.bin.mkdir(parents=True)
        self.calls = folder / "calls"

    def program(self, name, body, *, has_json_line=True):
        """`body` in sh; it finds its arguments in "$@"."""
        script = self.bin / name
        script.write_text("\n".join(["#!/bin/sh", HAS_JSON_LINE if has_json_line else "",
                                     f"echo '{self.name}: {name}' \"$@\" >>'{self.calls}'",
                                     body, ""]))
        script.chmod(0o755)

    def prints(self, name, *outputs, **options):
        """One output after the other, call by call; then the last one again and again."""
        for number, output in enumerate(outputs, 1):
            (self.bin.parent / f"{name}.{number}").write_text(output)
        self.program(name, f"""
folder='{self.bin.parent}'
number=$(($(cat "$folder/{name}.count" 2>/dev/null || echo 0) + 1))
[ $number -gt {len(outputs)} ] && number={len(outputs)}
echo $number >"$folder/{name}.count"
for word; do
  case $word in
    --benchmark_out=*) cp "$folder/{name}.$number" "${{word#*=}}"; exit ;;
  esac
done
cat "$folder/{name}.$number"
""", **options)


def figure(name, value, unit="us", beside=None):
    told = {"name": name, "value": value, "unit": unit}
    if beside:
        told["beside"] = {"name": beside[0], "value": beside[1]}
    return told


def json_line(*figures):
    """As json_line.h prints it, behind something for people."""
    return "for people\nJSON " + json.dumps({"benchmark": "x", "figures": figures}) + "\n"


def google_json(*runs):
    return json.dumps({"context": {}, "benchmarks": runs})


def run(*words, folder, status=0, environment=None):
    """Runs tests/bench/run with its logs in `folder`; returns what it wrote to standard output and
    to standard error. An AssertionError where its exit status is another."""
    ended = subprocess.run([str(RUN), "--folder", str(folder), *map(str, words)], text=True,
                           stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_S,
                           check=False, env={**os.environ, **(environment or {})})
    if ended.returncode != status:
        raise AssertionError(f"status {ended.returncode}, not {status}\n"
                             f"{ended.stdout}\n{ended.stderr}")
    return ended.stdout, ended.stderr


def lives(pid):
    """A process that has ended does not, though nobody may have waited for it yet."""
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"



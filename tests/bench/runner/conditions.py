"""What figures were measured on: the machine, and the builds."""

import datetime
import os
import pathlib
import re
import subprocess

HUGE_PAGES = pathlib.Path("/sys/kernel/mm/transparent_hugepage/enabled")
UNKNOWN = "unknown"


def of_machine(folder):
    """Now; the logs of what is measured go into `folder`."""
    cpu = re.search(r"^model name\s*: (.*)$", _content("/proc/cpuinfo"), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s*(\d+) kB$", _content("/proc/meminfo"), re.MULTILINE)
    system = os.uname()
    now = datetime.datetime.now(datetime.timezone.utc)
    return {"time": now.strftime("%Y-%m-%d %H:%M UTC"),
            "processors": os.cpu_count(),
            "model": cpu[1] if cpu else UNKNOWN,
            "memory_gib": round(int(memory[1]) / 2**20, 1) if memory else UNKNOWN,
            "kernel": f"{system.sysname} {system.release}",
            "file_system": file_system(folder, _content("/proc/self/mountinfo")),
            "load_average": [round(load, 2) for load in os.getloadavg()],
            "transparent_huge_pages": huge_pages(_content(HUGE_PAGES))}


def of_build(bin_folder):
    """What CMake has been told, and the commit of its sources as they stand now."""
    cache = dict(re.findall(r"^(\w+):\w+=(.*)$", _content(bin_folder.parent / "CMakeCache.txt"),
                            re.MULTILINE))
    build_type = cache.get("CMAKE_BUILD_TYPE") or UNKNOWN
    flags = [cache.get("CMAKE_CXX_FLAGS", ""),
             cache.get(f"CMAKE_CXX_FLAGS_{build_type.upper()}", "")]
    return {"commit": _commit(cache.get("CMAKE_HOME_DIRECTORY")),
            "build_type": build_type,
            "hardened": cache.get("BETEX_HARDENED", UNKNOWN),
            "flags": " ".join(filter(None, flags))}


def lines(machine, builds):
    """All of it as Markdown; `builds` by their names."""
    said = [f"{machine['time']}; {machine['processors']} processors, {machine['model']}, "
            f"{machine['memory_gib']} GiB; {machine['kernel']}; the log on "
            f"{machine['file_system']}; load average before it "
            + ", ".join(f"{load:.2f}" for load in machine["load_average"])
            + f"; transparent huge pages: {machine['transparent_huge_pages']}"]
    for name, build in builds.items():
        said.append(f"{name}: {build['commit']}, {build['build_type']}, "
                    f"hardened: {build['hardened']}, flags: {build['flags'] or UNKNOWN}")
    return [f"* {line}" for line in said]


def file_system(folder, mountinfo):
    """The type of the one that `folder` is on: of the deepest mount above it, the newest of
    these."""
    folder = pathlib.Path(folder).resolve()
    best, depth = UNKNOWN, -1
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        point = pathlib.Path(re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)),
                                    before.split()[4]))
        if folder.is_relative_to(point) and len(point.parts) >= depth:
            best, depth = after.split()[0], len(point.parts)
    return best


def huge_pages(setting):
    """'always [madvise] never': what stands in brackets."""
    chosen = re.search(r"\[(\w+)\]", setting)
    return chosen[1] if chosen else UNKNOWN


def _commit(sources):
    if not sources:
        return UNKNOWN
    head = _git(sources, "rev-parse", "--short", "HEAD")
    if head is None:
        return UNKNOWN
    changes = _git(sources, "status", "--porcelain", "--untracked-files=no")
    return head + (" with changes" if changes else "")


def _git(folder, *words):
    try:
        ended = subprocess.run(["git", "--no-optional-locks", "-C", folder, *words], text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, check=False)
    except OSError:
        return None  # no git
    return ended.stdout.strip() if ended.returncode == 0 else None


def _content(path):
    try:
        return pathlib.Path(path).read_text(errors="replace")
    except OSError:
        return ""

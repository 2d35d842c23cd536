"""This machine once more, for one chapter: what is changed of its folders is forgotten, it has a network
of its own, with the loopback device alone, and ends with all its processes. betex is installed in it, with
the configuration of the source tree, where the Debian package has it."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(os.environ["BETEX_SOURCE_DIR"])
BINARY = pathlib.Path(os.environ["BETEX_BINARY_DIR"])
HERE = pathlib.Path(__file__).parent
INSIDE = "BETEX_HANDBOOK_INSIDE"

NAMESPACES = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--net", "--ipc"]
CHANGEABLE = ["etc", "usr", "var", "run", "root"]

# Small, so that a few orders are enough for what otherwise takes days.
SIZES = {"max_segment_events": "100", "snapshot_every_events": "100", "low_disk_bytes": "16_777_216",
         "replay_days": "0"}


def enter():
    """Starts the running program again in it."""
    if INSIDE in os.environ:
        return
    program = [sys.executable, *sys.orig_argv[1:]]
    os.environ[INSIDE] = "1"
    unshare = ["unshare", *NAMESPACES]
    if os.geteuid() != 0:
        if subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
            unshare = ["sudo", "-n", "--preserve-env", *unshare]
        else:  # as root of a user namespace
            unshare += ["--map-root-user", "--map-auto"]
    tried = subprocess.run([*unshare, "true"], capture_output=True, text=True)
    if tried.returncode != 0:
        sys.exit("needs root, or sudo without a password, or user namespaces with ranges in /etc/subuid "
                 f"and the package uidmap: {tried.stderr}")
    os.execvp(unshare[0], [*unshare, *program])


def run(*words):
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL)


def set_up():
    run("ip", "link", "set", "lo", "up")
    changes = pathlib.Path(tempfile.mkdtemp())  # empty again when this process has ended
    run("mount", "-t", "tmpfs", "-o", "size=1G,mode=0755", "tmpfs", str(changes))
    for name in CHANGEABLE:
        upper, work = changes / name, changes / f"{name}.work"
        upper.mkdir()
        upper.chmod(pathlib.Path("/", name).stat().st_mode & 0o7777)
        work.mkdir()
        run("mount", "-t", "overlay", "-o", f"lowerdir=/{name},upperdir={upper},workdir={work}",
            "overlay", f"/{name}")
    # Where the session cache is. Nobody outside could tell whose it was.
    run("mount", "-t", "tmpfs", "-o", "size=1G,mode=1777", "tmpfs", "/dev/shm")
    install()
    return changes


def remove_what_is_installed():
    """Of a betex that this machine has, and of who has tried it as root."""
    for folder in ("/etc/betex", "/usr/share/betex", "/var/lib/betex", "/var/lib/betex-witness",
                   "/root/.local/state/betex-fix"):
        shutil.rmtree(folder, ignore_errors=True)
    for file in map(pathlib.Path, ("/etc/passwd", "/etc/group")):
        lines = [line for line in file.read_text().splitlines(keepends=True)
                 if not re.match(r"betex:|[^:]*:[^:]*:850:", line)]
        file.write_text("".join(lines))


def install():
    remove_what_is_installed()
    for name in ("betex-gateway", "betex-fix", "betex-journal"):
        shutil.copy(BINARY / "bin" / name, "/usr/bin")
    for name in ("systemctl", "journalctl", "a-day", "make-packages"):
        shutil.copy(HERE / name, "/usr/local/bin")
        pathlib.Path("/usr/local/bin", name).chmod(0o755)
    pathlib.Path("/usr/share/betex").mkdir()
    shutil.copytree(SOURCE / "fix_spec", "/usr/share/betex/fix_spec")
    shutil.copy(SOURCE / "config/betex-gateway.service", "/lib/systemd/system")
    with open("/etc/passwd", "a") as users, open("/etc/group", "a") as groups:
        users.write("betex:x:850:850::/var/lib/betex:/usr/sbin/nologin\n")
        groups.write("betex:x:850:\n")
    pathlib.Path("/etc/betex").mkdir()
    for name in ("accounts.toml", "markets.toml", "sessions.cfg", "credentials"):
        shutil.copy(SOURCE / "config" / name, "/etc/betex")
    shutil.chown("/etc/betex/credentials", "root", "betex")
    os.chmod("/etc/betex/credentials", 0o640)
    text = (SOURCE / "config/gateway.toml").read_text()
    values = {"root": '"/var/lib/betex/wal"', "dictionaries": '"/usr/share/betex/fix_spec"',
              "witness": '"/var/lib/betex-witness/witness"', **SIZES}
    for name, value in values.items():
        text, count = re.subn(rf"^(# )?{name} = .*$", f"{name} = {value}", text, flags=re.MULTILINE)
        assert count == 1, name
    pathlib.Path("/etc/betex/gateway.toml").write_text(text)
    run("install", "-d", "-o", "betex", "-g", "betex", "/var/lib/betex-witness")


def clear_up(changes):
    """Of what is left outside: an empty folder."""
    os.chdir("/")
    for name in reversed(CHANGEABLE):
        run("umount", "--lazy", f"/{name}")
    run("umount", "--lazy", str(changes))
    changes.rmdir()

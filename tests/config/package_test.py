"""The Debian package: what lintian says of it, and its life on a machine: installed, run, upgraded,
removed, purged. In a clean root, as root of it and without a network."""

import os
import pathlib
import re
import shutil
import stat
import subprocess
import tempfile
import unittest

import clean_root
from support import BINARY, PATIENCE_S, Gateway

UNIT = "lib/systemd/system/betex-gateway.service"
ENABLED = "multi-user.target.wants/betex-gateway.service"
SESSION = """
[SESSION]
BeginString=FIXT.1.1
TargetCompID=BROKER1
Role=Broker
Accounts=BROKER1
"""
MARKET = """
[markets]
demo = "markets.toml"
"""


def run(*words, **options):
    ended = subprocess.run(words, text=True, timeout=300, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, **options)
    if ended.returncode != 0:
        raise AssertionError(f"{words} ended with {ended.returncode}: {ended.stdout}")
    return ended.stdout


def build_package(folder):
    """What cpack makes of the programs that are built; nothing is compiled."""
    run("cpack", "-G", "DEB", "-B", folder, "--config", str(BINARY / "CPackConfig.cmake"),
        cwd=folder)
    return next(pathlib.Path(folder).glob("betex_*.deb"))


def next_version(package, folder):
    """The same with a higher version, and a line more in three of its conffiles."""
    files = pathlib.Path(folder) / "files"
    run("dpkg-deb", "--raw-extract", str(package), str(files))
    control = files / "DEBIAN/control"
    control.write_text(re.sub(r"^Version: .*$", "Version: 999", control.read_text(), flags=re.M))
    (files / "DEBIAN/md5sums").unlink()
    for name in ("sessions.cfg", "accounts.toml", "credentials"):
        with open(files / "etc/betex" / name, "a") as file:
            file.write("# new\n")
    path = pathlib.Path(folder) / "betex_999.deb"
    run("dpkg-deb", "--root-owner-group", "-Znone", "--build", str(files), str(path))
    return path


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        for name in ("built", "next"):
            os.mkdir(f"{cls.folder.name}/{name}")
        cls.package = build_package(f"{cls.folder.name}/built")
        cls.next = next_version(cls.package, f"{cls.folder.name}/next")

    def setUp(self):
        root = tempfile.TemporaryDirectory()
        self.addCleanup(root.cleanup)
        needs = run("dpkg-deb", "--field", str(self.package), "Depends")
        self.root = clean_root.CleanRoot(root.name, needs.strip())
        self.addCleanup(self.root.clear_up)
        self.fresh = self.root.files()
        for package in (self.package, self.next):
            shutil.copy(package, self.root.path / "tmp")

    def install(self, package):
        return self.root.run("dpkg", "--force-confold", "--install", f"/tmp/{package.name}")

    def path(self, name):
        return self.root.path / name

    def links_of_the_unit(self):
        """By which systemd starts it at boot, or does not. Their targets are not there outside of the
        root, so what looks for one by its name, and follows it, does not find it."""
        folder = self.path("etc/systemd/system")
        return [str(path.relative_to(folder)) for path in folder.rglob("*")
                if path.name == "betex-gateway.service"]

    def enable_the_unit(self):
        """As systemctl does."""
        link = self.path(f"etc/systemd/system/{ENABLED}")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(f"/{UNIT}")

    def make_the_folders_of_the_unit(self):
        """As systemd does before a start."""
        unit = self.path(UNIT).read_text()
        for setting, folder in (("StateDirectory", "var/lib"), ("LogsDirectory", "var/log")):
            for name in re.search(rf"^{setting}=(.*)$", unit, re.MULTILINE)[1].split():
                self.path(f"{folder}/{name}").mkdir(parents=True, exist_ok=True)

    def owner_and_mode(self, name):
        at = self.path(name).stat()
        users = dict(re.findall(r"^(\w+):[^:]*:(\d+)", self.path("etc/passwd").read_text(), re.M))
        groups = dict(re.findall(r"^(\w+):[^:]*:(\d+)", self.path("etc/group").read_text(), re.M))
        named = {int(number): name for name, number in users.items()}
        of_group = {int(number): name for name, number in groups.items()}
        return named[at.st_uid], of_group[at.st_gid], oct(stat.S_IMODE(at.st_mode))

    def add_a_session(self):
        """What an operator does first. Returns the session's password."""
        made = subprocess.run(
            self.root.command("/usr/bin/betex-gateway", "--hash-password", "BROKER1", "--generate"),
            check=True, text=True, capture_output=True, timeout=PATIENCE_S)
        with open(self.path("etc/betex/credentials"), "a") as file:
            file.write(made.stdout)
        with open(self.path("etc/betex/sessions.cfg"), "a") as file:
            file.write(SESSION)
        with open(self.path("etc/betex/gateway.toml"), "a") as file:
            file.write(MARKET)
        shutil.copy(pathlib.Path(os.environ["BETEX_SOURCE_DIR"]) / "config/markets.toml",
                    self.path("etc/betex"))
        return made.stderr.strip().split(": ")[-1]

    def gateway(self):
        """As the unit starts it."""
        unit = self.path(UNIT).read_text()
        started = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)[1].split()
        user = re.search(r"^User=(.*)$", unit, re.MULTILINE)[1]
        return Gateway(self.root.command(*started, user=user))

    def ask(self, gateway, password, *words, expect=0):
        self.path("tmp/password").write_text(password + "\n")
        return self.root.run("/usr/bin/betex-fix", "--as", "BROKER1", "--port", gateway.fix_port,
                             "--password-file", "/tmp/password", "--state", "/tmp/state",
                             "--wait-ms", "40000", *words, expect=expect)

    def test_lintian_has_nothing_to_say(self):
        output = run("lintian", "--allow-root", "--fail-on", "error,warning", "--tag-display-limit",
                     "0", str(self.package))
        self.assertNotIn("\nE: ", "\n" + output)
        self.assertNotIn("\nW: ", "\n" + output)

    def test_a_fresh_installation_has_no_demo_and_does_not_start(self):
        self.install(self.package)
        self.assertEqual(self.owner_and_mode("var/lib/betex"), ("betex", "betex", "0o750"))
        self.assertEqual(self.owner_and_mode("etc/betex/credentials"), ("root", "betex", "0o640"))
        self.assertEqual(self.owner_and_mode("etc/betex/gateway.toml"), ("root", "root", "0o644"))
        self.assertEqual(self.owner_and_mode("usr/bin/betex-gateway"), ("root", "root", "0o755"))
        self.assertIn("/usr/sbin/nologin\n",
                      re.search(r"^betex:.*\n", self.path("etc/passwd").read_text(), re.M)[0])
        for file in ("credentials", "sessions.cfg", "accounts.toml", "gateway.toml"):
            settings = [line for line in self.path(f"etc/betex/{file}").read_text().split("\n")
                        if line and not line.startswith("#")]
            self.assertNotRegex("\n".join(settings), r"demo|BROKER|pbkdf2|\[\[account", file)
        checked = self.root.run("/usr/bin/betex-gateway", "--config", "/etc/betex/gateway.toml",
                                "--check-config", user="betex", expect=78)
        self.assertIn("has no session", checked)
        self.assertEqual(len(checked.strip().split("\n")), 1, checked)
        self.assertEqual(self.links_of_the_unit(), [])
        for program in ("betex-gateway", "betex-fix", "betex-journal"):
            self.root.run(f"/usr/bin/{program}", "--help")
        self.install(self.next)
        self.assertEqual(self.links_of_the_unit(), [], "an upgrade enables nothing either")
        self.assertIn("# new", self.path("etc/betex/credentials").read_text(), "nobody changed it")
        self.assertEqual(self.owner_and_mode("etc/betex/credentials"), ("root", "betex", "0o640"))

    def test_its_life(self):
        self.install(self.package)
        password = self.add_a_session()
        self.enable_the_unit()
        with self.gateway() as gateway:
            self.ask(gateway, password, "lay", "EPL-ARS-CHE.HOME", "30", "@2.04", "--id", "FIRST")
            self.assertEqual(gateway.terminate(), 0, gateway.standard_error())
        self.assertEqual(self.owner_and_mode("var/lib/betex/wal")[:2], ("betex", "betex"))

        output = self.install(self.next)
        self.assertIn("over (0.1.0)", output)
        self.assertIn(SESSION, self.path("etc/betex/sessions.cfg").read_text(), "the operator's own")
        self.assertNotIn("# new", self.path("etc/betex/sessions.cfg").read_text())
        self.assertIn("# new", self.path("etc/betex/accounts.toml").read_text(), "nobody changed it")
        self.assertEqual(self.owner_and_mode("etc/betex/credentials"), ("root", "betex", "0o640"))
        self.assertEqual(self.links_of_the_unit(), [ENABLED])
        with self.gateway() as gateway:
            status = self.ask(gateway, password, "status", "FIRST")
            self.assertIn("leaves 30.00", status)
            gateway.kill()  # what was acknowledged is there all the same

        self.root.run("dpkg", "--remove", "betex")
        self.assertFalse(self.path("usr/bin/betex-gateway").exists())
        self.assertFalse(self.path(UNIT).exists())
        self.assertTrue(self.path("etc/betex/credentials").exists())
        self.assertTrue(self.path("var/lib/betex/wal").exists())

        output = self.root.run("dpkg", "--purge", "betex")
        self.assertIn("the exchange's log is kept in /var/lib/betex", output)
        self.assertFalse(self.path("etc/betex/credentials").exists())
        self.assertTrue(self.path("var/lib/betex/wal").exists())
        self.assertEqual(self.links_of_the_unit(), [])

        self.install(self.package)
        password = self.add_a_session()
        with self.gateway() as gateway:
            self.assertIn("leaves 30.00", self.ask(gateway, password, "status", "FIRST"))
            gateway.kill()
        self.make_the_folders_of_the_unit()
        self.path("var/lib/betex-witness/witness").touch()
        self.root.run("install", "--directory", "--mode=1777", "/dev/shm")
        self.root.run("touch", "/dev/shm/betex-cache", "/dev/shm/other", user="betex")
        self.root.run("debconf-set-selections", text="betex betex/purge_log boolean true\n")
        self.root.run("dpkg", "--purge", "betex")
        self.assertFalse(self.path("var/lib/betex").exists())
        self.assertFalse(self.path("var/lib/betex-witness").exists())
        self.assertEqual(os.listdir(self.path("dev/shm")), ["other"])

    def test_a_purge_without_a_log_leaves_nothing(self):
        self.install(self.package)
        self.make_the_folders_of_the_unit()
        self.path("var/log/betex/gateway.log").touch()
        self.root.run("dpkg", "--purge", "betex")
        of_the_user = re.compile(r"/etc/(passwd|group|shadow|gshadow|subuid|subgid)-?"
                                 r"|/etc/\.pwd\.lock|/run/adduser|/var/log/dpkg\.log")
        left = {path for path in self.root.files() - self.fresh if not of_the_user.fullmatch(path)}
        self.assertEqual(left, set())


if __name__ == "__main__":
    clean_root.as_root_of_a_system()
    unittest.main()

"""A Debian of its own for one test, made without a network: a folder with copies of what the packages
that a given one needs have installed on this machine, and a dpkg that knows of nothing else. Programs
run in it by chroot."""

import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys

DPKG = pathlib.Path("/var/lib/dpkg")
UNNEEDED = re.compile(r"^/usr/share/(doc|man|info|locale|lintian|bash-completion|i18n|zoneinfo)/.")


def as_root_of_a_system():
    """Starts the running program again with the rights that chroot and foreign owners take, where it
    has them not: by sudo where that asks for nothing, else as root of a user namespace."""
    if os.geteuid() == 0:
        return
    command = [sys.executable, *sys.orig_argv[1:]]
    if subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        os.execvp("sudo", ["sudo", "-n", "--preserve-env", *command])
    namespace = ["unshare", "--map-root-user", "--map-auto", "--mount"]
    tried = subprocess.run([*namespace, "true"], capture_output=True, text=True)
    if tried.returncode == 0:
        os.execvp(namespace[0], [*namespace, *command])
    sys.exit("needs root, or sudo without a password, or user namespaces with ranges in /etc/subuid "
             f"and the package uidmap: {tried.stderr}")


def packages():
    """What dpkg knows to be installed here: by name, each package's fields."""
    installed = {}
    for paragraph in (DPKG / "status").read_text().split("\n\n"):
        fields = dict(re.findall(r"^([\w-]+): (.*)$", paragraph, re.MULTILINE))
        if fields.get("Status") == "install ok installed":
            installed[fields["Package"]] = {**fields, "paragraph": paragraph}
    return installed


def alternatives(relation):
    """The names in a field such as Depends: for each need those that would do."""
    needs = [re.findall(r"(?:^|\|)\s*([a-z0-9.+-]+)", need) for need in relation.split(",")]
    return [need for need in needs if need]


def with_needs(wanted, installed):
    """Names of packages that have all that `wanted`, a relation, and the essential ones need."""
    providers = {}
    for name, fields in installed.items():
        for provided in [name, *sum(alternatives(fields.get("Provides", "")), [])]:
            providers.setdefault(provided, name)
    relations = [wanted, ", ".join(name for name, fields in installed.items()
                                   if fields.get("Essential") == "yes")]
    names = set()
    while relations:
        for need in alternatives(relations.pop()):
            found = [providers[name] for name in need if name in providers]
            if not found:
                raise LookupError(f"none of {need} is installed here")
            if found[0] not in names:
                names.add(found[0])
                fields = installed[found[0]]
                relations += [fields.get("Depends", ""), fields.get("Pre-Depends", "")]
    return names


class CleanRoot:
    """In `path`, an empty folder, with all that `wanted` needs."""

    def __init__(self, path, wanted):
        self.path = pathlib.Path(path)
        self._mounted = []
        self.path.chmod(0o755)
        for folder in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
            (self.path / "usr" / folder).mkdir(parents=True)
            (self.path / folder).symlink_to(f"usr/{folder}")
        installed = packages()
        self._copy_packages(with_needs(wanted, installed), installed)
        self._make_what_no_package_has()

    def _copy_packages(self, names, installed):
        info = self.path / "var/lib/dpkg/info"
        info.mkdir(parents=True)
        shutil.copy(DPKG / "info/format", info)
        for name in sorted(names):
            of_it = (f"{name}", f"{name}:{installed[name]['Architecture']}")
            for kind in ("list", "md5sums"):
                for path in (DPKG / f"info/{each}.{kind}" for each in of_it):
                    if path.exists():
                        shutil.copy(path, info)
                        if kind == "list":
                            self._copy_files(path.read_text().split("\n"))
        status = "\n\n".join(installed[name]["paragraph"] for name in sorted(names))
        (self.path / "var/lib/dpkg/status").write_text(status + "\n")

    def _copy_files(self, files):
        for file in files:
            if file not in ("", "/.") and not UNNEEDED.match(file):
                self._copy(file)

    def _copy(self, file):
        target = self.path / file[1:]
        if target.is_symlink() or target.exists() or not os.path.lexists(file):
            return  # a folder that is there, or what was deleted or diverted here
        mode = os.lstat(file).st_mode
        if stat.S_ISDIR(mode):
            target.mkdir(parents=True)
            target.chmod(stat.S_IMODE(mode))
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target, follow_symlinks=False)

    def _make_what_no_package_has(self):
        for file in ("passwd", "group"):
            shutil.copy(f"/usr/share/base-passwd/{file}.master", self.path / "etc" / file)
        (self.path / "tmp").mkdir(exist_ok=True)
        (self.path / "tmp").chmod(0o1777)
        (self.path / "dev").mkdir(exist_ok=True)
        null = self.path / "dev/null"
        try:
            os.mknod(null, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
            null.chmod(0o666)
        except PermissionError:  # in a user namespace, which has mounts of its own
            null.touch()
            subprocess.run(["mount", "--bind", "/dev/null", str(null)], check=True)
            self._mounted.append(str(null))
        boot_id = self.path / "proc/sys/kernel/random/boot_id"
        boot_id.parent.mkdir(parents=True)
        shutil.copy("/proc/sys/kernel/random/boot_id", boot_id)
        self.run("/sbin/ldconfig")

    def clear_up(self):
        """Before the folder can be removed."""
        while self._mounted:
            subprocess.run(["umount", self._mounted.pop()], check=True)

    def command(self, *words, user=None):
        """What runs `words` in it, as root or as this user with its own group."""
        as_user = ["setpriv", "--pdeathsig", "KILL", "--no-new-privs", "--reuid", user, "--regid",
                   user, "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"] if user else []
        clean = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
                 "DEBIAN_FRONTEND=noninteractive", "HOME=/tmp"]
        return [*clean, "chroot", str(self.path), *as_user, *words]

    def run(self, *words, user=None, expect=0, text=None):
        """Returns what it printed."""
        ended = subprocess.run(self.command(*words, user=user), input=text, text=True, timeout=120,
                               stdin=None if text is not None else subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if ended.returncode != expect:
            raise AssertionError(f"{words} ended with {ended.returncode}: {ended.stdout}")
        return ended.stdout

    def files(self):
        """Every path in it but its temporary ones and dpkg's own."""
        found = set()
        for folder, folders, names in os.walk(self.path):
            here = pathlib.Path("/") / pathlib.Path(folder).relative_to(self.path)
            if str(here) in ("/var/lib/dpkg", "/var/cache/debconf", "/tmp", "/proc"):
                folders.clear()
                continue
            found |= {str(here / name) for name in [*folders, *names]}
        return found

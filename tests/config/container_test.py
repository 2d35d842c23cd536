"""The Kubernetes manifests and the Containerfile, as far as that goes without a cluster: they are well
formed, they agree with each other and with the gateway, and the gateway takes the configuration."""

import pathlib
import re
import shutil
import subprocess
import tomllib
import unittest

import yaml

from support import CONFIG, PATIENCE_S, SOURCE, demo_gateway, gateway_folder, program

UNIT = (CONFIG / "betex-gateway.service").read_text()
PORTS = {"fix": 9880, "fix-tls": 9881, "http": 9882, "md": 9883, "md-tls": 9884}


def demo_config():
    return tomllib.loads((CONFIG / "gateway.toml").read_text())


def documents(manifest="kubernetes.yaml"):
    with open(CONFIG / manifest) as file:
        return [document for document in yaml.safe_load_all(file)]


def of_kind(kind, manifest="kubernetes.yaml"):
    return [document for document in documents(manifest) if document["kind"] == kind]


class Manifest:
    """What holds for one pod and for two."""

    def setUp(self):
        self.set = self.of_kind("StatefulSet")[0]["spec"]
        self.pod = self.set["template"]["spec"]
        self.gateway = self.pod["containers"][0]
        self.config = self.of_kind("ConfigMap")[0]["data"]

    def of_kind(self, kind):
        return of_kind(kind, self.MANIFEST)

    def test_all_is_named_and_of_a_kind(self):
        versions = {"ConfigMap": "v1", "Service": "v1", "StatefulSet": "apps/v1"}
        for document in documents(self.MANIFEST):
            self.assertEqual(document["apiVersion"], versions[document["kind"]])
            self.assertTrue(document["metadata"]["name"])

    def test_a_log_has_one_writer(self):
        claim = self.set["volumeClaimTemplates"][0]
        self.assertEqual(claim["spec"]["accessModes"], ["ReadWriteOncePod"])
        self.assertEqual(self.set["persistentVolumeClaimRetentionPolicy"],
                         {"whenDeleted": "Retain", "whenScaled": "Retain"})

    def test_what_selects_is_what_is_labelled(self):
        labels = self.set["template"]["metadata"]["labels"]
        self.assertEqual(self.set["selector"]["matchLabels"], labels)
        for service in self.of_kind("Service"):
            self.assertEqual(service["spec"]["selector"], labels)
        headless = {service["metadata"]["name"]: service["spec"].get("clusterIP")
                    for service in self.of_kind("Service")}
        self.assertEqual(headless[self.set["serviceName"]], "None")

    def test_ports_are_the_gateways(self):
        config = tomllib.loads(self.config["gateway.toml"])
        self.assertEqual((config["fix"]["port"], config["fix"]["tls_port"], config["http"]["port"],
                          config["market_data"]["port"], config["market_data"]["tls_port"]),
                         tuple(PORTS.values()))
        ports = {port["name"]: port["containerPort"] for port in self.gateway["ports"]}
        for name, number in ports.items():
            self.assertEqual(number, PORTS[name])
        for service in self.of_kind("Service"):
            for port in service["spec"]["ports"]:
                self.assertEqual(port["port"], PORTS[port["name"]])
                self.assertIn(port["targetPort"], ports)
        annotations = self.set["template"]["metadata"]["annotations"]
        self.assertEqual(annotations["prometheus.io/port"], str(PORTS["http"]))

    def test_the_image_is_the_one_that_is_built(self):
        version = re.search(r"^project\(betex VERSION (\S+) ", (SOURCE / "CMakeLists.txt").read_text(),
                            re.MULTILINE)[1]
        self.assertEqual(self.gateway["image"], f"betex:{version}")
        self.assertIn(f" --tag {self.gateway['image']} ", (CONFIG / "Containerfile").read_text())

    def test_no_session_comes_in_plain(self):
        names = [port["name"] for service in self.of_kind("Service") for port in service["spec"]["ports"]]
        self.assertNotIn("fix", names)
        self.assertNotIn("md", names)
        self.assertIn("\nRequireTls=Y\n", self.config["sessions.cfg"])

    def test_probes_ask_what_the_gateway_answers(self):
        paths = {}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            get = self.gateway[probe]["httpGet"]
            self.assertEqual(get["port"], "http")
            paths[probe] = get["path"]
        self.assertEqual(paths, {"startupProbe": "/startupz", "livenessProbe": "/livez",
                                 "readinessProbe": "/readyz"})
        with gateway_folder() as folder, demo_gateway(folder) as gateway:
            for path in paths.values():
                self.assertEqual(gateway.get(path), "ok\n")

    def test_a_stop_has_as_long_as_under_systemd(self):
        under_systemd = int(re.search(r"^TimeoutStopSec=(\d+)$", UNIT, re.MULTILINE)[1])
        self.assertGreaterEqual(self.pod["terminationGracePeriodSeconds"], under_systemd)

    def test_it_may_do_little(self):
        self.assertTrue(self.pod["securityContext"]["runAsNonRoot"])
        self.assertFalse(self.pod["automountServiceAccountToken"])
        self.assertEqual(self.pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
        self.assertEqual(self.gateway["securityContext"],
                         {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                          "capabilities": {"drop": ["ALL"]}})

    def test_every_mount_has_its_volume(self):
        volumes = {volume["name"] for volume in self.pod["volumes"]}
        volumes |= {claim["metadata"]["name"] for claim in self.set["volumeClaimTemplates"]}
        mounts = {mount["name"]: mount for mount in self.gateway["volumeMounts"]}
        self.assertEqual(set(mounts), volumes)
        self.assertEqual([name for name, mount in mounts.items() if not mount.get("readOnly")],
                         ["log", "session-cache"])
        for volume in self.pod["volumes"]:
            if volume["name"] == "session-cache":
                self.assertEqual(volume["emptyDir"]["medium"], "Memory")
                continue
            source = volume.get("configMap") or volume.get("secret")
            if source is not None:
                self.assertEqual(source["defaultMode"], 0o440, volume["name"])

    def test_the_session_cache_is_in_memory_that_outlives_the_container(self):
        volumes = {volume["name"]: volume for volume in self.pod["volumes"]}
        mounts = {mount["name"]: mount["mountPath"] for mount in self.gateway["volumeMounts"]}
        self.assertEqual(mounts["session-cache"], "/dev/shm")
        self.assertEqual(volumes["session-cache"]["emptyDir"]["medium"], "Memory")
        self.assertNotIn("[session_cache]", self.config["gateway.toml"])

    def test_no_secret_stands_in_it(self):
        self.assertEqual(self.of_kind("Secret"), [])
        self.assertNotIn("pbkdf2", (CONFIG / self.MANIFEST).read_text())

    def test_the_gateway_takes_its_configuration(self):
        with gateway_folder() as name:
            folder = pathlib.Path(name)
            paths = {"/etc/betex-credentials": folder / "credentials",
                     "/etc/betex-tls": folder / "tls", "/etc/betex-etcd": folder / "etcd",
                     "/var/lib/betex": folder / "log",
                     "/usr/share/betex/fix_spec": SOURCE / "fix_spec"}
            for path in ("credentials", "tls", "etcd", "log", "config"):
                (folder / path).mkdir()
            for file, text in self.config.items():
                for inside, outside in paths.items():
                    text = text.replace(f'"{inside}', f'"{outside}')
                (folder / "config" / file).write_text(text)
            line = subprocess.run(
                [program("betex-gateway"), "--hash-password", "BROKER1", "--generate"],
                check=True, timeout=PATIENCE_S, capture_output=True).stdout
            (folder / "credentials/credentials").write_bytes(line)
            (folder / "credentials/credentials").chmod(0o440)
            with demo_gateway(name):
                for file in ("tls/tls.crt", "tls/tls.key", "etcd/ca.crt", "etcd/tls.crt",
                             "etcd/tls.key"):
                    shutil.copy(folder / "wal/tls-demo.pem", folder / file)
            more = [word.replace("$(POD_NAME)", "betex-0") for word in self.gateway["args"][2:]]
            checked = subprocess.run(
                [program("betex-gateway"), "--config", str(folder / "config/gateway.toml"), *more,
                 "--check-config"],
                timeout=PATIENCE_S, capture_output=True, text=True)
            self.assertEqual(checked.returncode, 0, checked.stderr)


class OnePod(Manifest, unittest.TestCase):
    MANIFEST = "kubernetes.yaml"

    def test_it_is_alone(self):
        self.assertEqual(self.set["replicas"], 1)
        self.assertNotIn("cluster", tomllib.loads(self.config["gateway.toml"]))

    def test_clients_reach_it_to_cancel_while_it_takes_no_orders(self):
        for service in self.of_kind("Service"):
            self.assertIs(service["spec"]["publishNotReadyAddresses"], True)


class TwoPods(Manifest, unittest.TestCase):
    MANIFEST = "kubernetes_cluster.yaml"

    def test_clients_reach_who_leads_and_probes_everybody(self):
        to_all = {service["metadata"]["name"]: service["spec"].get("publishNotReadyAddresses", False)
                  for service in self.of_kind("Service")}
        self.assertEqual(to_all, {"betex": True, "betex-fix": False})

    def test_a_standby_that_is_never_ready_holds_up_nothing(self):
        self.assertEqual(self.set["replicas"], 2)
        self.assertEqual(self.set["podManagementPolicy"], "Parallel")
        self.assertEqual(self.set["updateStrategy"], {"type": "OnDelete"})

    def test_one_machine_does_not_have_both(self):
        rule, = self.pod["affinity"]["podAntiAffinity"][
            "requiredDuringSchedulingIgnoredDuringExecution"]
        self.assertEqual(rule["topologyKey"], "kubernetes.io/hostname")
        self.assertEqual(rule["labelSelector"]["matchLabels"],
                         self.set["template"]["metadata"]["labels"])

    def test_each_has_a_name_of_its_own(self):
        self.assertEqual(self.gateway["args"][2:], ["--node", "$(POD_NAME)"])
        name, = (each for each in self.gateway["env"] if each["name"] == "POD_NAME")
        self.assertEqual(name["valueFrom"]["fieldRef"]["fieldPath"], "metadata.name")

    def test_nothing_of_the_cluster_travels_unencrypted(self):
        cluster = tomllib.loads(self.config["gateway.toml"])["cluster"]
        self.assertEqual(cluster["mode"], "replicated")
        self.assertEqual(len(cluster["etcd"]), 3)
        for member in cluster["etcd"]:
            self.assertTrue(member.startswith("https://"), member)
        for key in ("etcd_ca", "etcd_certificate", "etcd_key"):
            self.assertTrue(cluster[key].startswith("/etc/betex-etcd/"), key)

    def test_what_both_manifests_have_is_the_same(self):
        one = of_kind("StatefulSet")[0]["spec"]["template"]["spec"]
        for key in ("securityContext", "terminationGracePeriodSeconds"):
            self.assertEqual(self.pod[key], one[key])
        for key in ("image", "ports", "resources", "startupProbe", "livenessProbe"):
            self.assertEqual(self.gateway[key], one["containers"][0][key])
        for file in ("sessions.cfg", "accounts.toml"):
            self.assertEqual(self.config[file], of_kind("ConfigMap")[0]["data"][file])


class Containerfile(unittest.TestCase):
    def setUp(self):
        text = (CONFIG / "Containerfile").read_text().replace("\\\n", " ")
        self.lines = [line.split(None, 1) for line in text.split("\n")
                      if line and not line.startswith("#")]

    def values(self, instruction, stage=None):
        """In the last stage, or in the one of this name."""
        found = []
        for name, value in self.lines:
            if name == "FROM":
                here = value.split(" AS ")[-1] if " AS " in value else None
            elif name == instruction and here == stage:
                found.append(value)
        return found

    def test_what_is_built_with_is_not_in_the_image(self):
        stages = [value for name, value in self.lines if name == "FROM"]
        self.assertEqual(stages, ["debian:bookworm AS build", "debian:bookworm-slim"])
        self.assertEqual(self.values("COPY"), [])

    def test_what_it_copies_is_there(self):
        for value in self.values("COPY", "build"):
            self.assertTrue((SOURCE / value.split()[0]).exists(), value)
        self.assertTrue((SOURCE / ".ci/build").exists())

    def test_it_runs_as_the_user_of_the_manifest(self):
        user = of_kind("StatefulSet")[0]["spec"]["template"]["spec"]["securityContext"]
        self.assertEqual(self.values("USER"), [f"{user['runAsUser']}:{user['runAsGroup']}"])
        made = " ".join(self.values("RUN")[0].split())
        self.assertIn(f"--uid {user['runAsUser']} ", made)
        # The package's adduser takes a user as its own that is a system user: 100 to 999.
        self.assertIn(user["runAsUser"], range(100, 1000))

    def test_it_starts_what_the_unit_starts(self):
        started = re.search(r"^ExecStart=(.*)$", UNIT, re.MULTILINE)[1].split()
        self.assertEqual(yaml.safe_load(self.values("ENTRYPOINT")[0]), started[:1])
        self.assertEqual(yaml.safe_load(self.values("CMD")[0]), started[1:])
        args = of_kind("StatefulSet")[0]["spec"]["template"]["spec"]["containers"][0]["args"]
        self.assertEqual(args, started[1:])

    def test_it_has_the_environment_of_the_unit_and_of_the_source_tree(self):
        of_the_unit = re.search(r"^Environment=(.*)$", UNIT, re.MULTILINE)[1]
        self.assertEqual(self.values("ENV"), [of_the_unit])
        name, value = of_the_unit.split("=", 1)
        self.assertIn(f'\nexport {name}="${{{name}-{value}}}"\n', (SOURCE / "gateway/run").read_text())

    def test_it_is_stopped_and_reached_as_the_gateway_wants(self):
        self.assertEqual(self.values("STOPSIGNAL"), ["SIGTERM"])
        self.assertEqual(self.values("EXPOSE"), [" ".join(str(port) for port in PORTS.values())])
        config = demo_config()
        self.assertEqual(
            (config["fix"]["port"], config["fix"]["tls_port"], config["http"]["port"],
             config["market_data"]["port"]),
            tuple(PORTS.values())[:4])
        self.assertEqual(self.values("VOLUME"), ["/var/lib/betex"])


if __name__ == "__main__":
    unittest.main()

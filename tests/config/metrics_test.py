"""The alert rules, the dashboard and the documents against the metrics that a gateway has."""

import json
import re
import shutil
import tempfile
import unittest

import yaml

from support import (CONFIG, SOURCE, Etcd, betex_fix, demo_gateway, gateway_folder, leading_gateway,
                     promtool, wait_until)

NAME = r"\b(?:betex|process)_[a-z_]+"
OF_HISTOGRAMS = r"_(?:bucket|sum|count)$"
LABELS = ("reason", "result", "work", "state", "role")  # whose values are all there from the start


def rules():
    with open(CONFIG / "prometheus_rules.yml") as file:
        return [rule for group in yaml.safe_load(file)["groups"] for rule in group["rules"]]


def dashboard():
    return json.loads((CONFIG / "grafana_dashboard.json").read_text())


def targets_of_dashboard():
    return [target for panel in dashboard()["panels"] for target in panel.get("targets", [])]


def expressions_of_dashboard():
    return [target["expr"] for target in targets_of_dashboard()]


def alerts_that_fire():
    """Those that prometheus_rules_test.yml expects to, not only to be silent."""
    fired = set()
    for case in yaml.safe_load((SOURCE / "tests/config/prometheus_rules_test.yml").read_text())["tests"]:
        for expected in case.get("alert_rule_test", []):
            fired |= {expected["alertname"]} if expected.get("exp_alerts") else set()
        for expected in case.get("promql_expr_test", []):
            for sample in expected.get("exp_samples", []):
                fired |= set(re.findall(r'alertname="(\w+)"', sample["labels"]))
    return fired


class Metrics(unittest.TestCase):
    """Asks a gateway once, after an order and a refused one, and one that leads a cluster."""

    @classmethod
    def setUpClass(cls):
        with gateway_folder() as folder, demo_gateway(folder) as gateway:
            for words in (["lay", "EPL-ARS-CHE.HOME", "30", "@2.04"],
                          ["lay", "EPL-ARS-CHE.HOME", "20000", "@2.04"]):
                betex_fix(gateway, folder, "BROKER1", *words)
            # A report is counted when it has been handed over, which may be after it has arrived.
            wait_until(lambda: "betex_order_ack_seconds_count 2\n" in gateway.get("/metrics"))
            cls.scrape = gateway.get("/metrics")
        with gateway_folder() as folder, Etcd(folder) as etcd, \
                leading_gateway(folder, etcd) as gateway:
            betex_fix(gateway, folder, "BROKER1", "lay", "EPL-ARS-CHE.HOME", "30", "@2.04")
            cls.of_cluster = gateway.get("/metrics")
        cls.all = cls.scrape + "\n" + cls.of_cluster
        cls.kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)", cls.all, re.MULTILINE))
        cls.names = set(cls.kinds)

    def value(self, series, scrape=None):
        found = re.search(rf"^{re.escape(series)} (\S+)$", scrape or self.scrape, re.MULTILINE)
        self.assertIsNotNone(found, series)
        return float(found[1])

    def assert_exist(self, expression):
        used = re.findall(NAME, expression)
        for name in used:
            base = re.sub(OF_HISTOGRAMS, "", name)
            is_there = name in self.names or self.kinds.get(base) == "histogram"
            self.assertTrue(is_there, f"{name} in {expression}")
        for label, values in re.findall(r'(\w+)(?:=|!=|=~|!~)"([^"$]+)"', expression):
            for value in values.split("|") if label in LABELS else []:
                self.assertIn(f'{label}="{value}"', self.all, expression)
        return used

    def test_what_has_happened_is_counted(self):
        self.assertEqual(self.value("betex_ready"), 1)
        self.assertEqual(self.value('betex_markets{state="Open"}'), 2)
        self.assertEqual(self.value('betex_markets{state="Halted"}'), 0)
        self.assertEqual(self.value('betex_rejects_total{reason="InsufficientFunds"}'), 1)
        self.assertEqual(self.value('betex_rejects_total{reason="UnknownOrder"}'), 0)
        self.assertEqual(self.value('betex_operations_total{result="refused"}'), 0)
        self.assertEqual(self.value("betex_order_groups_tripped_total"), 0)
        self.assertEqual(self.value('betex_process_backlog{work="payments"}'), 0)
        self.assertEqual(self.value('betex_order_ack_seconds_bucket{le="+Inf"}'), 2)
        self.assertGreater(self.value("betex_order_ack_seconds_sum"), 0)
        self.assertGreaterEqual(self.value("betex_commit_seconds_count"), 2)
        self.assertGreater(self.value("betex_journal_disk_free_bytes"), 0)
        self.assertGreater(
            self.value('betex_tls_certificate_expiry_timestamp_seconds{certificate="fix"}'),
            self.value("process_start_time_seconds"))

    def test_a_node_of_a_cluster_says_how_it_is(self):
        of_cluster = {name for name in self.names if name.startswith("betex_cluster_")}
        self.assertEqual(of_cluster, set(re.findall(r"^# TYPE (betex_cluster_\S+)", self.of_cluster,
                                                    re.MULTILINE)))
        self.assertEqual(self.value("betex_ready", self.of_cluster), 1)
        for role, value in (("leader", 1), ("standby", 0), ("starting", 0)):
            self.assertEqual(
                self.value(f'betex_cluster_role{{role="{role}"}}', self.of_cluster), value)
        self.assertGreater(self.value("betex_cluster_epoch", self.of_cluster), 0)
        self.assertGreater(self.value("betex_cluster_append_bytes_total", self.of_cluster), 0)
        self.assertGreater(self.value("betex_cluster_append_seconds_count", self.of_cluster), 0)
        self.assertEqual(self.value("betex_cluster_standby_lag_events", self.of_cluster), 0)

    def test_promtool_finds_nothing_wrong_with_them(self):
        for scrape in (self.scrape, self.of_cluster):
            code, output = promtool("check", "metrics", text=scrape)
            self.assertEqual((code, output), (0, ""))

    def test_promtool_finds_nothing_wrong_with_the_rules(self):
        code, output = promtool("check", "rules", str(CONFIG / "prometheus_rules.yml"))
        self.assertEqual(code, 0, output)

    def test_the_rules_alarm_when_they_should_and_only_then(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(CONFIG / "prometheus_rules.yml", folder)
            shutil.copy(SOURCE / "tests/config/prometheus_rules_test.yml", folder)
            code, output = promtool("test", "rules", f"{folder}/prometheus_rules_test.yml")
        self.assertEqual(code, 0, output)

    def test_every_alert_has_fired_once_and_says_what_to_do(self):
        self.assertGreater(len(rules()), 15)
        self.assertEqual(alerts_that_fire(), {rule["alert"] for rule in rules()})
        for rule in rules():
            self.assertIn(rule["labels"]["severity"], ("page", "warn"), rule["alert"])
            self.assertGreater(len(rule["annotations"]["summary"]), 10, rule["alert"])
            self.assertGreater(len(rule["annotations"]["action"]), 10, rule["alert"])

    def test_rules_are_about_metrics_that_exist(self):
        for rule in rules():
            if rule["alert"] != "BetexScrapeMissing":
                self.assertTrue(self.assert_exist(rule["expr"]), rule["alert"])
        for text in (rule["annotations"]["action"] for rule in rules()):
            self.assert_exist(text)

    def test_the_dashboard_is_about_metrics_that_exist(self):
        expressions = expressions_of_dashboard()
        self.assertGreater(len(expressions), 20)
        for expression in expressions:
            self.assertTrue(self.assert_exist(expression), expression)

    def test_the_dashboard_names_its_lines_by_labels_that_exist(self):
        for target in targets_of_dashboard():
            for label in set(re.findall(r"{{(\w+)}}", target["legendFormat"])) - {"instance"}:
                of_the_metric = rf"^{self.assert_exist(target['expr'])[0]}{{.*\b{label}="
                self.assertRegex(self.all, re.compile(of_the_metric, re.MULTILINE), target)

    def test_what_the_dashboard_asks_can_be_asked(self):
        asked = [expression.replace("$__rate_interval", "5m").replace("$instance", ".*")
                 for expression in expressions_of_dashboard()]
        records = [{"record": f"asked:{i}", "expr": expr} for i, expr in enumerate(asked)]
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            yaml.safe_dump({"groups": [{"name": "dashboard", "rules": records}]}, file)
            file.flush()
            code, output = promtool("check", "rules", file.name)
        self.assertEqual(code, 0, output)

    def test_panels_are_well_formed(self):
        panels = dashboard()["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        places = set()
        for panel in panels:
            place = panel["gridPos"]
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    self.assertNotIn((x, y), places, f"{panel['title']} covers another panel")
                    places.add((x, y))

    def test_the_readme_knows_them_all(self):
        section = (SOURCE / "gateway/README.md").read_text().split("\n## Metrics\n")[1]
        section = section.split("\n## ")[0]
        rows = "\n".join(line.split("|")[1] for line in section.split("\n") if line.startswith("| `"))
        described = set(re.findall(NAME, rows))
        self.assertEqual(described, self.names)

    def test_each_check_bites(self):
        for wrong in ("betex_no_such_metric > 0", "betex_commit_seconds_max",
                      'betex_rejects_total{reason="NoSuchReason"}',
                      'betex_cluster_role{role="king"}'):
            with self.assertRaises(AssertionError):
                self.assert_exist(wrong)


if __name__ == "__main__":
    unittest.main()

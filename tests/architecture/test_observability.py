"""Catalogue, dashboard, alerts and scrape configuration name only metrics that exist, with labels that they have."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from chassis.runtime.settings import OPERATOR_PORTS
from chassis.runtime.telemetry.metrics import Metrics
from contracts.topics import SERVICES

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "observability"
CATALOGUE = (ROOT / "docs" / "metrics.md").read_text()
ALERTS = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"][0]["rules"]
PANELS = json.loads((FOLDER / "dashboard.json").read_text())["panels"]
EXPRESSIONS = [rule["expr"] for rule in ALERTS] + [target["expr"] for panel in PANELS for target in panel["targets"]]
GIVEN = {"service", "job", "le"}
"""Labels that the scrape configuration and histograms add."""


def metrics():
    """Name, kind and labels of everything of ours in the registry."""
    made = Metrics(["dossier.received"], ["dossier.paid"])
    found = {}
    for metric in vars(made).values():
        if isinstance(metric, MetricWrapperBase):
            [family] = metric.describe()
            name = family.name + ("_total" if family.type == "counter" else "")
            found[name] = (family.type, set(metric._labelnames))
    registered = {family.name for family in made.registry.collect() if family.name.startswith("lienthong")}
    assert registered == {name.removesuffix("_total") for name in found}
    return found


EXIST = metrics()


def base(name):
    return re.sub(r"_(bucket|sum|count)$", "", name)


def test_the_catalogue_has_every_metric_with_its_kind_and_labels():
    rows = re.findall(r"^\| `(lienthong_\w+)` \| (\w+) \|([^|]*)\|", CATALOGUE, re.MULTILINE)
    assert {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows} == EXIST


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_names_only_metrics_and_labels_that_exist(expression):
    named = {base(name) for name in re.findall(r"\blienthong_\w+", expression)}
    assert named <= set(EXIST), named - set(EXIST)
    assert named or "up{" in expression
    labels = set.union(GIVEN, *(EXIST[name][1] for name in named))
    used = {label.strip() for group in re.findall(r"by \(([^)]*)\)", expression) for label in group.split(",")}
    used |= set(re.findall(r"[{,]\s*(\w+)=", expression))
    assert used <= labels, used - labels


def test_a_counter_is_read_as_a_rate_and_never_as_a_level():
    counters = "|".join(name for name, (kind, _) in EXIST.items() if kind == "counter")
    for expression in EXPRESSIONS:
        assert not re.findall(rf"(?<!rate\()(?<!increase\()\b(?:{counters})\b", expression), expression


def test_every_alert_is_explained_and_says_which_service():
    explained = set(re.findall(r"^\| `(LienThong\w+)`", CATALOGUE, re.MULTILINE))
    assert explained == {rule["alert"] for rule in ALERTS}
    assert all("$labels.service" in rule["annotations"]["summary"] for rule in ALERTS)


def test_what_operators_watch_has_an_alert():
    watched = {base(name) for rule in ALERTS for name in re.findall(r"\blienthong_\w+", rule["expr"])}
    assert watched == {
        "lienthong_lag_records",
        "lienthong_dead_letters_total",
        "lienthong_retries_total",
        "lienthong_undecidable_total",
        "lienthong_timer_lateness_seconds",
        "lienthong_ready",
        "lienthong_stuck_partitions",
        "lienthong_fetch_failures_total",
        "lienthong_withheld_seconds",
    }


def test_every_alert_has_a_test_in_which_it_fires():
    [tested] = yaml.safe_load((FOLDER / "alerts_test.yml").read_text())["tests"]
    fired = {one["alertname"] for one in tested["alert_rule_test"] if one["exp_alerts"]}
    assert fired == {rule["alert"] for rule in ALERTS}


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool comes with Prometheus, which is not installed here")
def test_every_alert_fires_when_it_should():
    done = subprocess.run(
        ["promtool", "test", "rules", "alerts_test.yml"], cwd=FOLDER, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_metric_has_a_panel():
    panels = " ".join(target["expr"] for panel in PANELS for target in panel["targets"])
    assert {base(name) for name in re.findall(r"\blienthong_\w+", panels)} == set(EXIST)


def test_every_service_is_scraped_on_its_operators_port_under_its_name():
    [job] = yaml.safe_load((FOLDER / "prometheus.yml").read_text())["scrape_configs"]
    scraped = {one["labels"]["service"]: one["targets"] for one in job["static_configs"]}
    assert scraped == {name: [f"{name}:{OPERATOR_PORTS[name]}"] for name in SERVICES}

# SPDX-License-Identifier: MIT
"""Metrics for Prometheus on a local socket: correct, well-formed, and only for the group."""
import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from fixtures import in_state
from machine import until

MANUAL = Path(__file__).resolve().parents[2] / "man/boardgated.8"
SOCKET = "/run/boardgate/metrics.sock"
# As curl --unix-socket does, which is not in the lab.
ASK = f"""
import http.client, socket
connection = http.client.HTTPConnection("localhost")
connection.sock = socket.socket(socket.AF_UNIX)
connection.sock.connect({SOCKET!r})
connection.request("GET", "/metrics")
print(connection.getresponse().read().decode(), end="")
"""


def scrape(lab):
    return list(text_string_to_metric_families(lab.exec("/usr/bin/python3", "-I", "-c", ASK)))


def values(lab):
    """{(name, sorted labels): value}"""
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in scrape(lab) for s in family.samples}


def grown(before, after, name, **labels):
    key = (name, tuple(sorted(labels.items())))
    return after[key] - before[key]


def test_the_text_is_what_prometheus_expects(lab):
    families = scrape(lab)
    told = re.findall(r"(?m)^\.It Cm (boardgate_\w+)$", MANUAL.read_text())
    assert sorted(f.name + ("_total" if f.type == "counter" else "") for f in families) == sorted(told)
    assert len({f.name for f in families}) == len(families)
    for family in families:
        assert family.documentation and family.name.startswith("boardgate_"), family
        names = {s.name for s in family.samples}
        if family.type == "counter":
            assert names == {family.name + "_total"}, family
        elif family.type == "histogram":
            assert family.name.endswith("_seconds") and names == {family.name + end for end in ("_bucket", "_sum", "_count")}
            buckets = [(float(s.labels["le"]), s.value) for s in family.samples if s.name.endswith("_bucket")]
            assert buckets == sorted(buckets) and [v for _, v in buckets] == sorted(v for _, v in buckets)
            (count,) = [s.value for s in family.samples if s.name.endswith("_count")]
            assert buckets[-1] == (float("inf"), count)
        else:
            assert family.type == "gauge", family


def test_what_happens_is_counted(lab, stranger, alice, make_board):
    before = values(lab)
    assert stranger.try_login("nobody-knows-me", "wrong").code == "login_failed"
    board = make_board(alice)
    in_state(alice, board, "ready")
    for _ in range(5):
        assert alice.get(board["url"]).status == 200
    assert stranger.get(board["url"]).status in (303, 401)
    after = values(lab)
    assert grown(before, after, "boardgate_logins_total", outcome="login_failed") == 1
    assert grown(before, after, "boardgate_wakes_total", outcome="ready") == 1
    assert grown(before, after, "boardgate_boards", state="ready") == 1
    assert grown(before, after, "boardgate_gate_decisions_total", decision="passed") >= 5
    assert grown(before, after, "boardgate_gate_decisions_total", decision="unauthenticated") >= 1
    assert grown(before, after, "boardgate_gate_decision_seconds_count") >= 6
    assert 0.1 < grown(before, after, "boardgate_wake_seconds_sum") < 30
    assert after["boardgate_gate_sound", ()] == 1
    assert after["boardgate_sessions", ()] >= 1
    assert alice.post(f"/api/v1/boards/{board['id']}/sleep").status == 202
    until("the board is counted as asleep", lambda: grown(before, values(lab), "boardgate_boards", state="asleep") == 1)


def test_only_root_and_the_group_may_ask(lab, stranger):
    assert lab.exec("stat", "--format=%U:%G:%a", SOCKET).strip() == "root:boardgate-metrics:660"
    refused = lab.verb("exec", "runuser", "-u", "bob", "--", "/usr/bin/python3", "-I", "-c", ASK, check=False)
    assert "PermissionError" in refused.stderr and not refused.stdout
    member = lab.exec("runuser", "-u", "bob", "-g", "boardgate-metrics", "--", "/usr/bin/python3", "-I", "-c", ASK)
    assert "boardgate_sessions" in member
    assert stranger.get("/metrics").status == 404


def test_a_site_without_metrics_serves(lab, alice):
    lab.systemctl("stop", "boardgated.service", "boardgated-metrics.socket")
    lab.systemctl("mask", "--runtime", "boardgated-metrics.socket")
    try:
        lab.systemctl("restart", "boardgated.service")
        until("boardgated serves", lambda: alice.get("/api/v1/session").status == 200)
    finally:
        lab.systemctl("unmask", "--runtime", "boardgated-metrics.socket")
        lab.systemctl("stop", "boardgated.service")
        lab.systemctl("start", "boardgate.target")
    assert scrape(lab)

# SPDX-License-Identifier: MIT
"""What a view of somebody else's board can ask for: the rows of a table, in the visitor's own frame, and nothing else."""
import json
import re

from client import COOKIE
from machine import LAB
from test_sharing import FETCH, FRAME, INNER, data, look, show, shown, view  # noqa: F401 (the last two are fixtures)

ROWS = re.findall(r'(?m)^VIEW\("(\w+)", "([^"]*)", (\w+)\)', (LAB.parents[2] / "src/boardgated/gate/view_routes.inc").read_text())
KINDS = {path: kind for _, path, kind in ROWS}


def ask(visitor, view, method, path, kind):
    headers = FRAME if path == "" else INNER if kind == "page" else FETCH
    return visitor.send(method, view + path, headers=headers)


def test_each_row_of_the_table_answers_by_its_method_alone(bob, view):
    for method, path, kind in ROWS:
        answer = ask(bob, view, method, path, kind)
        # Without its arguments TensorBoard may refuse a request, or fail; the gate did not.
        assert answer.status in (200, 400, 404, 500), (method, path, answer)
        if answer.status != 200 and "problem" in (answer.header("Content-Type") or ""):
            assert answer.code not in ("not_shown", "no_such_route"), (path, answer)
        types = {"page": "text/html; charset=utf-8", "file": "image/svg+xml", "ours": "application/json", "json": "application/json", "table": "application/json",
                 "text": "text/plain; charset=utf-8", "csv": "text/csv; charset=utf-8"}
        assert answer.header("Content-Type") == types.get(kind, "application/octet-stream") or kind == "media", (path, answer)
        for other in {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"} - {method}:
            refused = ask(bob, view, other, path, kind)
            assert refused.status in (403, 404, 405), (other, path, refused)


# The routes of the installed TensorBoard: a new one is seen here before a person meets it.
ALL_ROUTES = r"""
import json
from tensorboard import default
from tensorboard.backend import application
from tensorboard.plugins import base_plugin
import argparse, types
found = {}
for loader in default.get_plugins():
    loader = loader() if isinstance(loader, type) and issubclass(loader, base_plugin.TBLoader) else loader if isinstance(loader, base_plugin.TBLoader) else base_plugin.BasicLoader(loader)
    try:
        parser = argparse.ArgumentParser()
        loader.define_flags(parser)
        flags = parser.parse_known_args([])[0]
        for name, value in {"logdir": "/nothing", "inspect": False, "samples_per_plugin": {}, "path_prefix": "", "db": "", "db_import": False}.items():
            setattr(flags, name, value)
        context = base_plugin.TBContext(logdir="/nothing", flags=flags, data_provider=types.SimpleNamespace(), sampling_hints={}, multiplexer=None, window_title="")
        plugin = loader.load(context)
        found[plugin.plugin_name] = sorted(plugin.get_plugin_apps()) if plugin else []
    except Exception as fault:
        found[str(loader)] = ["?" + repr(fault)]
print(json.dumps(found))
"""


def test_of_the_installed_tensorboards_routes_only_the_table_answers(lab, bob, view):
    routes = json.loads(lab.exec("/opt/tensorboard/bin/python3", "-I", "-c", ALL_ROUTES).splitlines()[-1])
    assert len(routes) > 10 and "/scalars" in routes["scalars"], routes
    beyond = [f"data/plugin/{name}{route}" for name, of in routes.items() if name != "core" for route in of if route.startswith("/")]
    beyond += [route.lstrip("/") for route in routes.get("core", [])]
    beyond = [path for path in beyond if path not in KINDS]
    assert len(beyond) > 5, beyond
    for path in beyond:
        answer = data(bob, view, path)
        assert answer.status == 404 and answer.code == "no_such_route", (path, answer)


def test_no_way_of_writing_a_path_leaves_the_table(alice, bob, shown, view):
    secret = alice.get(f"{shown['url']}data/logdir").body
    for path in ("data/logdir", "data%2flogdir", "data/runs/../logdir", "data/./logdir", "data//logdir", "data/logdir?x", "data/logdir%00",
                 "experiment/x/data/logdir", "../../b/" + shown["id"] + "/data/logdir", "..%2f..%2fb%2f" + shown["id"] + "%2fdata%2flogdir",
                 "data/runs;/../logdir", "data/runs%3f/../logdir", "index.js", "data/plugin/projector/index.js", "%2e%2e/data/logdir",
                 "data/plugin/profile/hosts", "//data/logdir", "data/runs\\..\\logdir", "data/runs%5c..%5clogdir", "data/RUNS"):
        for method in ("GET", "POST", "HEAD"):
            answer = bob.send(method, view + path, headers=FETCH)
            # 401: beyond /v/, where the frame's request has no cookie.
            assert answer.status in (400, 401, 403, 404), (method, path, answer)
            assert secret not in answer.body, path


def test_an_address_that_got_known_opens_nothing_elsewhere(alice, bob, carol, stranger, shown, view):
    show(alice, shown, "carol")
    for visitor in (carol, stranger):
        assert visitor.get(view, headers=FRAME).status == 403
        assert visitor.visit(view).status == 403
    assert bob.visit(view).status == 403, "in a tab of its own it is not shown, not even to bob"
    for changed in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Dest": "document"}, {"Sec-Fetch-Dest": "object"}, {"Sec-Fetch-Mode": "cors"}, {"Cookie": None},
                    {"Sec-Fetch-Site": None}, {"Sec-Fetch-Mode": None}, {"Cookie": f"{COOKIE}={bob.cookie}; {COOKIE}={bob.cookie}"}):
        assert bob.get(view, headers={**FRAME, **changed}).status == 403, changed
    for dest in ("script", "style", "worker", "iframe", "document", "object"):
        assert bob.get(view + "data/runs", headers={**FETCH, "Sec-Fetch-Dest": dest}).status == 403, dest
    assert bob.get(view + "data/runs", headers={**FETCH, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}).status == 403
    for extra in ({"Upgrade": "websocket", "Connection": "Upgrade"}, {"Service-Worker": "script"}):
        assert bob.get(view + "data/runs", headers={**FETCH, **extra}).status in (403, 404), extra


def test_a_guessed_address_is_nothing(bob, view):
    for address in ("/v/", "/v/" + "A" * 43 + "/data/runs", view[:-2] + "/data/runs", view[:-1] + "A/data/runs", "/v/x" + view[4:] + "data/runs"):
        assert bob.get(address, headers=FETCH).status in (403, 404), address


def test_a_visitor_changes_nothing(alice, bob, shown, view):
    at = f"/api/v1/boards/{shown['id']}"
    for method, path, body in (("PATCH", "", {"title": "mine"}), ("DELETE", "", None), ("POST", "/wake", None), ("POST", "/sleep", None), ("POST", "/restart", None),
                               ("GET", "/log", None), ("GET", "", None), ("GET", "/shares", None), ("POST", "/shares", {"with": "carol"}), ("DELETE", "/shares", None),
                               ("DELETE", "/asks?name=bob", None)):
        answer = bob.send(method, at + path, *([body] if body else []))
        assert answer.code == "not_your_board", (method, path, answer)
    assert alice.board(shown["id"])["state"] == "ready" and alice.board(shown["id"])["shares"] == 1


def test_a_body_is_not_longer_than_for_the_owner(bob, view):
    answer = bob.post(view + "data/plugin/scalars/scalars_multirun", body=b"x" * (9 << 20), headers={**FETCH, "Content-Type": "text/plain"})
    assert answer.status == 413, answer

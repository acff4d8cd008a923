# SPDX-License-Identifier: MIT
"""A board whose owner sends any answer: what of it reaches a visitor."""
import json
from urllib.parse import quote

import pytest

from client import COOKIE
from hostile import shared_environment, shown_board, source_of
from test_sharing import FETCH, FRAME, INNER
from test_who_looks import ROWS

PAGE = "<!doctype html><script>parent.postMessage('hostile', '*')</script>"
SANDBOX = "default-src 'none'; sandbox"


@pytest.fixture(scope="module")
def hostile(lab, site):
    """(board, place): a recording board of alice, which she shows to bob."""
    with shared_environment(lab, site, "recording", source_of("recording-board")), shown_board(lab, site, environment="recording", title="hostile") as shown:
        yield shown


def answer_of(bob, place, path, status=200, headers=(), body=PAGE, **more):
    asked = quote(json.dumps({"status": status, "headers": list(headers), "body": body}))
    return bob.get(f"{place}{path}?answer={asked}", headers=FETCH, **more)


def test_the_board_gets_the_tables_path_and_nothing_of_the_visitor(bob, hostile):
    board, place = hostile
    asked = bob.get(place + "data/runs?run=a%2f..%2fb&x=" + quote("é"), headers={
        **FETCH, "Cookie": f"{COOKIE}={bob.cookie}", "X-Secret": "x", "Authorization": "Basic eA==", "Referer": bob.url + place, "X-Forwarded-For": "x"})
    assert asked.status == 200, asked
    assert asked.json["line"] == f"GET /b/{board['id']}/data/runs?run=a%2f..%2fb&x=%C3%A9 HTTP/1.1"
    told = json.dumps(asked.json["headers"])
    for secret in (bob.cookie, place.split("/")[2], "X-Secret", "Basic", "Referer", "Forwarded", "bob", "10.213"):
        assert secret not in told.replace(bob.host, "HOST"), (secret, told)
    posted = bob.post(place + "experiment/defaultExperimentId/data/plugin/scalars/scalars_multirun", body=b"tag=x", headers={**FETCH, "Content-Type": "text/plain"})
    assert posted.json["line"] == f"POST /b/{board['id']}/data/plugin/scalars/scalars_multirun HTTP/1.1" and posted.json["body"] == "tag=x"


def test_the_type_of_an_answer_is_nginxs(bob, hostile):
    place = hostile[1]
    types = {"json": "application/json", "table": "application/json", "text": "text/plain; charset=utf-8", "csv": "text/csv; charset=utf-8"}
    for method, path, kind in ROWS:
        if method != "GET" or kind in ("page", "file", "ours"):
            continue
        for given in ("text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript", "multipart/x-mixed-replace; boundary=x", "application/pdf", "", "IMAGE/SVG+XML", "image/png, text/html", "image/png;text/html"):
            answer = answer_of(bob, place, path, headers=[["Content-Type", given]])
            assert answer.status == 200, (path, answer)
            assert answer.header("Content-Type") == types.get(kind, "application/octet-stream"), (path, given)
            assert answer.header("Content-Security-Policy") == SANDBOX and answer.header("X-Content-Type-Options") == "nosniff"
            assert answer.header("Content-Disposition") == "attachment"
    for good in ("image/png", "image/jpeg", "audio/wav"):
        assert answer_of(bob, place, "data/plugin/images/individualImage", headers=[["Content-Type", good]]).header("Content-Type") == good
    assert answer_of(bob, place, "data/runs", headers=[["Content-Type", "image/png"]]).header("Content-Type") == "application/json"


def test_no_page_comes_from_the_owner(bob, hostile):
    place = hostile[1]
    for path, headers in (("", FRAME), ("data/plugin_entry.html", INNER), ("data/plugin/projector/projector_binary.html", INNER), ("icon_bundle.svg", FETCH)):
        asked = quote(json.dumps({"status": 200, "headers": [["Content-Type", "text/html"]], "body": PAGE}))
        answer = bob.get(f"{place}{path}?answer={asked}", headers=headers)
        assert answer.status == 200 and b"hostile" not in answer.body, (path, answer)


HEADERS = [("Set-Cookie", "a=b"), ("Clear-Site-Data", '"*"'), ("WWW-Authenticate", "Basic realm=x"), ("Refresh", "0; url=https://evil.example/"), ("Location", "https://evil.example/"),
           ("Link", "<https://evil.example/>; rel=preload; as=script"), ("X-Accel-Redirect", "/assets/icon.svg"), ("Access-Control-Allow-Origin", "*"),
           ("Access-Control-Allow-Credentials", "true"), ("Content-Security-Policy", "default-src *"), ("Service-Worker-Allowed", "/"), ("SourceMap", "x"),
           ("Report-To", "{}"), ("NEL", "{}"), ("Alt-Svc", 'h3=":443"'), ("Strict-Transport-Security", "max-age=0"), ("Cross-Origin-Opener-Policy", "unsafe-none"),
           ("Content-Disposition", "inline"), ("Origin-Agent-Cluster", "?0"), ("Speculation-Rules", '"/x"'), ("Timing-Allow-Origin", "*"), ("X-Of-No-Name", "x")]


def test_no_header_of_the_owners_reaches_the_visitor(bob, hostile):
    place = hostile[1]
    for status in (200, 206, 301, 401, 403, 404, 500):
        plain = answer_of(bob, place, "data/runs", status)
        loud = answer_of(bob, place, "data/runs", status, headers=HEADERS)
        assert loud.status == plain.status, (status, loud)
        assert [pair for pair in loud.pairs if pair[0] != "Date"] == [pair for pair in plain.pairs if pair[0] != "Date"], status


def test_a_login_of_the_owners_is_no_login(bob, hostile):
    answer = answer_of(bob, hostile[1], "data/runs", 401, headers=[["WWW-Authenticate", "Basic realm=x"]])
    assert not answer.header("WWW-Authenticate")

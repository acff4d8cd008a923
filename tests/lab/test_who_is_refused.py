# SPDX-License-Identifier: MIT
"""Access to boards: over https with any trick, around nginx on loopback, without the packet filter; and attacks between a
board and its visitors."""
import json
import re
from pathlib import Path

import pytest

from client import COOKIE, NAVIGATION, Client
from fixtures import health, in_state, wait_for_gate
from machine import until

ROUTES = Path(__file__).resolve().parents[2] / "src/boardgated/api/routes.inc"
REFUSED = "ECONNREFUSED"
# Every account; only nginx's own can connect.
LOCAL_USERS = ["alice", "bob", "nobody", "boardgate", "boardgate-door", "root"]


def routes():
    """(method, path) of every route that needs a session."""
    text = ROUTES.read_text()
    found = re.findall(r'^ROUTE\("(\w+)", "([^"]+)", \w+, session,', text, re.M)
    found += [("GET", path) for path in re.findall(r'^STREAM\("([^"]+)"', text, re.M)]
    assert len(found) > 10
    return found


def board_routes(board):
    """(method, path) of all that can be asked of one board by its owner."""
    return [(method, path.replace("{board}", board)) for method, path in routes() if "{board}" in path and "/admin/" not in path]


# What a person may ask of somebody else's board: to look, to be shown it, to end the own views.
OF_VISITORS = {("POST", "views"): (403, "not_shown"), ("POST", "asks"): (204, None), ("DELETE", "views"): (204, None)}


@pytest.fixture
def both(recording_boards, alice, bob):
    """The awake recording boards of alice and bob, with sessions for this test."""
    for board, client in zip(recording_boards, (alice, bob)):
        board.client = client
        assert client.get(f"{board.url}data/environment").status == 200
    return recording_boards


# ---- by https ----
def test_without_a_session_nothing_answers(stranger, both):
    mine, _ = both
    for path in ("", "data/environment", "index.js", "?x=/login", "%23", ";/login"):
        answer = stranger.get(mine.url + path)
        assert (answer.status, answer.code) == (401, "unauthenticated"), (path, answer)
    for method, path in routes():
        answer = stranger.send(method, path.replace("{board}", mine.id))
        assert (answer.status, answer.code) == (401, "unauthenticated"), (method, path, answer)
    # A person is redirected to the login, and back to the board: by its id, never by an address.
    answer = stranger.visit(f"{mine.url}x?next=//evil.example")
    assert answer.status == 303 and answer.header("Location") == f"/login?board={mine.id}"
    answer = stranger.visit("/b/evil.example/")
    assert answer.status == 303 and answer.header("Location") == "/login"


def test_another_persons_board_is_refused_whatever_is_asked_of_it(bob, both):
    mine, _ = both
    for path in ("", "data/environment", "index.js"):
        answer = bob.get(mine.url + path)
        assert (answer.status, answer.code) == (403, "not_your_board"), (path, answer)
    page = bob.visit(mine.url)
    assert page.status == 403 and page.header("Content-Type").startswith("text/html")
    for method, path in board_routes(mine.id):
        answer = bob.send(method, path)
        expected = OF_VISITORS.get((method, path.rpartition("/")[2]), (403, "not_your_board"))
        assert (answer.status, None if answer.status == 204 else answer.code) == expected, (method, path, answer)
    assert mine.id not in [b["id"] for b in bob.boards()]
    with bob.events() as events:
        events.until("all boards were sent", lambda name, _: name == "synced")
    assert mine.id not in json.dumps(events.seen)


@pytest.mark.parametrize("board", ["aaaaaaaa", "AAAAAAAA", "aaaaaaa", "aaaaaaaaa", "1@evil", "127.0.0.1:22", "%00", ""])
def test_a_malformed_board_id_is_not_found(alice, board):
    answer = alice.get(f"/b/{board}/")
    assert answer.status in (400, 404), answer
    for method, path in board_routes(board):
        answer = alice.send(method, path)
        assert answer.status in (400, 404, 405), (method, path, answer)


def test_logging_out_ends_what_an_open_page_still_asks(alice, both, make_account):
    member = make_account().login()
    assert member.get("/b/aaaaaaaa/").status == 404
    token = member.cookie
    assert member.delete("/api/v1/session").status == 204
    member.cookie = token
    assert member.get("/b/aaaaaaaa/").status == 401


TRICKS = {
    "identity": {"Remote-User": "alice", "X-Remote-User": "alice", "X-Forwarded-User": "alice", "X-Boardgate-User": "alice",
                 "X_Boardgate_User": "alice", "X-Boardgate-Uid": "1000", "Authorization": "Basic YWxpY2U6YWxpY2UtbGFi"},
    "another path": {"X-Original-URL": "/login", "X-Original-URI": "/login", "X-Forwarded-Uri": "/login", "X-Rewrite-URL": "/",
                     "X-Forwarded-Prefix": "/", "X-Forwarded-Path": "/login"},
    "the gate's answer": {"X-Boardgate-Port": "22", "X_Boardgate_Port": "22", "X-Accel-Redirect": "@boardgate_board",
                          "X-Accel-Internal": "1", "Status": "204", "BG-Role": "api", "BG_ROLE": "api"},
    "the server itself": {"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1", "Forwarded": "for=127.0.0.1", "Client-IP": "127.0.0.1",
                          "User-Agent": "kube-probe/1.27"},
    "another method": {"X-HTTP-Method-Override": "GET", "X-HTTP-Method": "GET", "X-Method-Override": "GET"},
}


@pytest.mark.parametrize("trick", TRICKS)
def test_no_header_opens_a_board_or_reaches_it(alice, bob, stranger, both, trick):
    mine, _ = both
    before = mine.seen()
    headers = TRICKS[trick]
    assert stranger.get(mine.url, headers=headers).code == "unauthenticated"
    assert bob.get(mine.url, headers=headers).code == "not_your_board"
    assert stranger.get("/api/v1/health", headers=headers).code == "not_local"
    assert mine.seen() == before
    received = {name.lower() for name, _ in alice.get(mine.url, headers=headers).json["headers"]}
    assert received & {name.lower() for name in headers} == set()


def test_a_board_gets_the_request_and_nothing_of_its_visitor(alice, both):
    mine, _ = both
    passed = {"Accept": "*/*", "Accept-Encoding": "gzip", "Accept-Language": "de", "Range": "bytes=0-9", "If-Range": "x",
              "If-None-Match": "y", "If-Modified-Since": "z", "X-TensorBoard-Feature-Flags": "{}", "Content-Type": "text/x"}
    kept = {"Authorization": "Bearer x", "Referer": f"{alice.url}/b/x/", "Origin": alice.url, "User-Agent": "x", "Cookie2": "x",
            "X-Anything": "x", "TE": "trailers", "Expect": "100-continue", "Via": "x", "Proxy-Authorization": "x", "DNT": "1"}
    answer = alice.send("POST", f"{mine.url}some/path?q=%2f", body=b"text", headers={**passed, **kept})
    assert answer.json["line"] == f"POST {mine.url}some/path?q=%2f HTTP/1.1" and answer.json["body"] == "text"
    received = {name.lower(): value for name, value in answer.json["headers"]}
    expected = {name.lower(): value for name, value in passed.items()}
    assert received == {**expected, "host": alice.netloc, "connection": "close", "content-length": "4"}
    assert alice.cookie not in answer.text


COOKIES = {
    "two headers, both right": lambda a, b: [f"{COOKIE}={a}", f"{COOKIE}={a}"],
    "two headers, bob's and alice's": lambda a, b: [f"{COOKIE}={b}", f"{COOKIE}={a}"],
    "two headers, alice's and bob's": lambda a, b: [f"{COOKIE}={a}", f"{COOKIE}={b}"],
    "one inside of a quoted one": lambda a, b: f'x="; {COOKIE}={a}"',
    "a comma between": lambda a, b: f"{COOKIE}={b}, {COOKIE}={a}",
    "nothing between": lambda a, b: f"{COOKIE}={b}{COOKIE}={a}",
    "an empty one first": lambda a, b: f"{COOKIE}=; {COOKIE}={a}",
    "the other way round": lambda a, b: f"{a}={COOKIE}",
    "encoded": lambda a, b: f"{COOKIE}=%{ord(a[0]):02x}{a[1:]}",
    "a header of its own": lambda a, b: f"$Version=1; {COOKIE}=\"{a}\"",
    "behind very much": lambda a, b: "x=" + "y" * 9000 + f"; {COOKIE}={a}",
}


@pytest.mark.parametrize("how", COOKIES)
def test_a_cookie_that_can_be_read_two_ways_is_no_session(alice, bob, stranger, both, how):
    mine, _ = both
    answer = stranger.get(f"{mine.url}data/environment", headers={"Cookie": COOKIES[how](alice.cookie, bob.cookie)})
    assert answer.status in (400, 401), answer


def test_cookies_of_others_do_not_disturb(alice, both):
    mine, _ = both
    cookie = f"{COOKIE}={alice.cookie}"
    for headers in (["x=1", cookie], f"a=b;{cookie};c", f"x=\"{'y' * 4000}\"; {cookie}"):
        assert alice.get(f"{mine.url}data/environment", headers={"Cookie": headers}).status == 200


# {0} is the asker's own board, {1} the other's.
PATHS = ["/b/{0}/../{1}/x", "/b/{0}/..%2f{1}/x", "/b/{0}%2f..%2f{1}/x", "/b/{0}/%2e%2e/{1}/x", "/b/{0}/.%2e/{1}/x", "/b/{0}/%2e%2e%2f{1}/x",
         "/b//{1}/x", "//b/{1}/x", "/b/./{1}/x", "/./b/{1}/x", "/b%2f{1}/x", "/%62/{1}/x", "/b/{0}/a/../../{1}/x", "/b/{1}/x",
         "/b/{1};/../{0}/x", "/b/{1}/../{0}/x", "/b/{1}%2f..%2f{0}/x", "/b/{1}/%2e%2e/{0}/x", "/b/{0}\\..\\{1}/x", "/b/{0}%5c..%5c{1}/x",
         "/b/{0}/..;/{1}/x", "/b/{0}%00/../{1}/x", "/b/{0}%00{1}/x", "/b/{1}%00/x", "/b/{1}?/../{0}/x", "/b/{1}#/../{0}/x", "/b/{1}%23/x",
         "/assets/../b/{1}/x", "/assets/%2e%2e/b/{1}/x", "/api/v1/../../b/{1}/x", "/b/%{1}/x", "/b/{1}%zz/x", "/b/{1}/%zz", "/b/{1}/" + "y" * 8000,
         "/b/{0}/%c0%ae%c0%ae/{1}/x", "/b/{0}/%252e%252e/{1}/x", "/b/{1}%20/x", "/b/{1}\t/x", "/b/{1}/\x80\xff", "/B/{1}/x",
         "/_boardgate_gate", "/_boardgate_gate/../b/{1}/x", "/@boardgate_board"]


@pytest.mark.parametrize("path", PATHS)
def test_no_way_of_writing_a_path_leads_to_another_board(alice, stranger, both, path):
    mine, others = both
    raw = path.format(mine.id, others.id).encode("latin-1")
    before = others.seen(), mine.seen()
    for client in (alice, stranger):
        answer = client.get(raw)
        # A path that leads to the asker's own board is allowed.
        own = client is alice and b"/b/" + mine.id.encode() in raw and answer.status == 200
        assert own or answer.status in (400, 401, 403, 404, 414), (client.user, answer)
    assert others.seen() == before[0]
    if path.startswith("/b/{1}"):
        assert mine.seen() == before[1]


def test_the_raw_path_and_the_judged_one_are_the_same_board(alice, both):
    """nginx checks the decoded path and forwards the original; both must name the same board."""
    mine, others = both
    for raw in (f"/b/{mine.id}/../{others.id}/x", f"/b/{others.id}/../{mine.id}/x", f"/b/{others.id}%2f..%2f{mine.id}/x"):
        assert alice.get(raw).code == "no_such_board", raw


def test_other_hosts_and_whole_addresses_are_not_this_server(lab, alice, stranger, both):
    mine, _ = both
    named = Client(alice.url, alice.ca)
    named.cookie, named.asked_name = alice.cookie, f"{lab.name}.lab.test"
    assert named.get(mine.url, headers={"Host": named.asked_name}).status == 200
    before = mine.seen()
    for target, host in ((mine.url, "evil.example"), (f"https://evil.example{mine.url}", None), (f"http://127.0.0.1:{mine.port}{mine.url}", None),
                         (f"https://evil.example{mine.url}", "evil.example"), ("evil.example:443", None), ("*", None)):
        answer = named.get(target, headers={"Host": host or named.asked_name})
        assert answer.status in (400, 405, 421), (target, host, answer)
    assert alice.get(mine.url, headers={"Host": [alice.netloc, "evil.example"]}).status == 400
    assert alice.get(mine.url, headers={"Host": None}).status == 400
    # The server's full address equals its path.
    assert stranger.get(f"{alice.url}{mine.url}").code == "unauthenticated"
    assert mine.seen() == before
    assert alice.get(f"{alice.url}{mine.url}").json["line"] == f"GET {mine.url} HTTP/1.1"


def test_no_method_passes_without_a_session(stranger, bob, both):
    mine, _ = both
    before = mine.seen()
    for method in ("HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "PRI", "GATE", "get", "X" * 300):
        for client, refusals in ((stranger, (400, 401, 405)), (bob, (400, 403, 405))):
            answer = client.send(method, mine.url)
            assert answer.status in refusals, (method, client.user, answer)
    assert mine.seen() == before


FRAMES = {
    "two lengths": (b"Content-Length: 4\r\nContent-Length: 40\r\n", b"abcd"),
    "length and chunks": (b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    "chunks, nearly": (b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n"),
    "chunks twice": (b"Transfer-Encoding: chunked, chunked\r\n", b"0\r\n\r\n"),
    "chunks, folded": (b"Transfer-Encoding:\r\n chunked\r\n", b"0\r\n\r\n"),
    "a space before the colon": (b"Content-Length : 4\r\n", b"abcd"),
    "a negative length": (b"Content-Length: -1\r\n", b""),
    "a signed length": (b"Content-Length: +4\r\n", b"abcd"),
    "a length that is none": (b"Content-Length: 0x4\r\n", b"abcd"),
    "a chunk that is none": (b"Transfer-Encoding: chunked\r\n", b"zz\r\n\r\n"),
}


@pytest.mark.parametrize("frame", FRAMES)
def test_a_request_with_two_ends_is_refused(alice, both, frame):
    mine, _ = both
    headers, body = FRAMES[frame]
    before = mine.seen()
    head = alice.head("POST", f"{mine.url}outer", {"Content-Length": None})
    with alice.connect() as tls:
        tls.sendall(head.removesuffix(b"\r\n") + headers + b"\r\n" + body)
        answer = b""
        while part := tls.recv(65536):
            answer += part
    assert re.match(rb"HTTP/1.1 (400|501) ", answer), answer[:300]
    assert mine.seen() == before


def test_only_a_websocket_of_the_portals_own_origin_is_an_upgrade(websockets, alice, bob, stranger, both):
    mine, _ = both
    answer, socket = alice.websocket(mine.url, {"Origin": alice.url})
    assert answer.status == 101
    socket.say("hello")
    assert socket.hear() == "hello"
    socket.close()
    before = mine.seen()
    for client, headers, status in ((stranger, {"Origin": alice.url}, 401), (bob, {"Origin": alice.url}, 403),
                                    (alice, {"Origin": "https://evil.example"}, 403), (alice, {"Origin": f"{alice.url}:8444"}, 403),
                                    (alice, {"Origin": None}, 403), (alice, {"Origin": "null"}, 403),
                                    (alice, {"Origin": alice.url, "Sec-Fetch-Site": "cross-site"}, 403)):
        answer, socket = client.websocket(mine.url, headers)
        assert socket is None and answer.status == status, (headers, answer)
    assert mine.seen() == before
    # Another protocol would bypass the gate: nginx does not request it from the board.
    answer = alice.get(mine.url, headers={"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQ", "Origin": alice.url})
    assert {"upgrade", "http2-settings"} & {name.lower() for name, _ in answer.json["headers"]} == set()


def test_another_sites_page_may_link_to_a_board_and_no_more(alice, both):
    mine, _ = both
    before = mine.seen()
    for site in ("cross-site", "same-site"):
        for headers in ({}, {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"}, {"Sec-Fetch-Mode": "cors"},
                        {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}):
            answer = alice.get(mine.url, headers={"Sec-Fetch-Site": site, **headers})
            assert (answer.status, answer.code) == (403, "cross_site"), (site, headers, answer)
    assert mine.seen() == before
    assert alice.get(mine.url, headers={**NAVIGATION, "Sec-Fetch-Site": "cross-site"}).status == 200


def test_a_service_worker_is_never_installed(alice, both):
    mine, _ = both
    before = mine.seen()
    for path in ("", "worker.js", "chart_worker.js", "icon_bundle.svg"):
        answer = alice.get(mine.url + path, headers={"Service-Worker": "script", "Sec-Fetch-Dest": "serviceworker", "Sec-Fetch-Site": "same-origin"})
        assert answer.status == 403, (path, answer)
    assert mine.seen() == before
    assert mine.answer(headers=[["Service-Worker-Allowed", "/"]]).all("Service-Worker-Allowed") == []


# ---- what a board answers ----
COMMANDS = [["X-Accel-Redirect", "/"], ["X-Accel-Redirect", "/_boardgate_gate"], ["X-Accel-Redirect", "@boardgate_board"],
            ["X-Accel-Redirect", "/api/v1/session"], ["X-Accel-Expires", "3600"], ["X-Accel-Limit-Rate", "1"], ["X-Accel-Buffering", "no"],
            ["X-Accel-Charset", "utf-16"], ["X-Boardgate-Port", "22"]]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: "=".join(c))
def test_no_answer_of_a_board_commands_nginx(both, command):
    answer = both[0].answer(headers=[command, ["Content-Type", "text/plain"]], timeout=5)
    assert answer.status == 200 and answer.text == "the board's own" and answer.header("Content-Type") == "text/plain", answer
    assert answer.all(command[0]) == []


DROPPED = ["Set-Cookie", "Set-Cookie2", "Clear-Site-Data", "Service-Worker-Allowed", "Alt-Svc", "Refresh", "Link", "SourceMap", "WWW-Authenticate",
           "Report-To", "Reporting-Endpoints", "NEL", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Origin-Agent-Cluster",
           "Public-Key-Pins", "Accept-CH", "Timing-Allow-Origin", "Cross-Origin-Embedder-Policy", "X-Frame-Options",
           "Content-Security-Policy-Report-Only"]


@pytest.mark.parametrize("status", [200, 304, 401, 403, 404, 413, 502, 504])
def test_no_answer_of_a_board_reaches_the_browsers_store_or_loosens_a_policy(both, status):
    ours = {"Content-Security-Policy": "frame-ancestors 'self'", "Strict-Transport-Security": "max-age=63072000", "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "same-origin",
            "Permissions-Policy": "camera=()"}
    hostile = [[name, f"{COOKIE}=hostile"] for name in DROPPED] + [[name, "hostile"] for name in ours if name != "Content-Security-Policy"]
    answer = both[0].answer(status=status, headers=hostile)
    assert answer.status == status, answer
    assert [name for name in DROPPED if answer.all(name)] == []
    for name, value in ours.items():
        assert answer.header(name).startswith(value) or value in answer.header(name), (name, answer.pairs)
        assert "hostile" not in answer.header(name)
    if status != 304:
        assert answer.text == "the board's own"


def test_a_boards_own_policy_can_only_tighten_ours(both):
    plain = both[0].answer().header("Content-Security-Policy")
    loose = both[0].answer(headers=[["Content-Security-Policy", "default-src *; connect-src *"]]).header("Content-Security-Policy")
    # Two policies, separated by a comma: the browser takes what both allow.
    assert loose == f"{plain}, default-src *; connect-src *"
    assert re.search(r"connect-src https://[^/]+/b/ wss://[^/]+/b/ data: blob:;", plain), plain


@pytest.mark.parametrize("status", [201, 301, 302, 307])
def test_a_board_sends_its_visitor_on_to_boards_only(both, status):
    """After a redirect, a browser checks the hosts of our policy, but not its paths."""
    arrives = lambda where: both[0].answer(status=status, headers=[["Location", where]]).header("Location")  # noqa: E731
    for where in ("/b/abcdefgh/", "/b/abcdefgh/x.html?y=1&z=%2f", "./x", "data/x", "x?y", "?y"):
        assert arrives(where) == where
    for where in ("/", "/api/v1/session", "/b", "/bx/", "/b/x/../../api/v1/session", "../../api/v1/session", "/b/x/%2e%2e/%2e%2e/api", "/b/x/.\t./y",
                  "/b/x\\..\\y", "//evil.example/", "/b//evil.example", "\\evil.example", "https://evil.example/", "javascript:1", "x;/../y", "#x", "/b/x/..;/y"):
        assert arrives(where) is None, where


# ---- past nginx ----
def test_nobody_but_nginx_opens_a_door(lab, alice, both):
    mine, _ = both
    before = mine.seen()
    assert lab.connects("www-data", "127.0.0.1", mine.port) == "connected", "the question itself is wrong"
    # The rule checks the connecting account: a source port inside of the range does not help. (boardgate holds those ports, so
    # that the attempt already fails when it binds.)
    attempts = [(user, address, mine.port, source) for user in LOCAL_USERS
                for address, source in (("127.0.0.1", 0), ("127.0.0.1", 16900), ("127.0.0.2", 0), ("::1", 0), (alice.host, 0))]
    outcomes = list(zip(attempts, lab.attempts(*attempts)))
    assert [attempt for attempt, outcome in outcomes if outcome == "connected"] == []
    assert [attempt for attempt, outcome in outcomes if outcome != REFUSED and attempt[3] == 0] == []
    assert mine.seen() == before


def test_a_sleeping_board_is_not_woken_past_the_gate(lab, alice, bob, stranger, make_board):
    board = make_board(alice)
    in_state(alice, board, "ready")
    assert alice.post(f"/api/v1/boards/{board['id']}/sleep").json["state"] == "asleep"
    until("its unit has ended", lambda: lab.property(board["unit"], "ActiveState") == "inactive")
    assert lab.connects("bob", "127.0.0.1", board["port"]) == REFUSED
    assert bob.visit(board["url"]).status == 403
    assert stranger.visit(board["url"]).status == 303
    assert alice.board(board["id"])["state"] == "asleep"
    assert lab.property(board["unit"], "ActiveState") == "inactive"


def test_nothing_of_tensorboards_is_within_anybodys_reach(lab, alice, ready_board):
    board = ready_board(alice)
    found = lab.processes(board["unit"])
    host = lab.exec("readlink", "/proc/1/ns/net").strip()
    assert [p for p in found if p["netns"] == host] == []
    inside = listening(lab, f"/proc/{found[0]['pid']}/net")
    assert 6006 in inside and len(inside) == 2, f"TensorBoard's port and its data server's: {inside}"
    outside = lab.exec("ss", "-tlnH").splitlines()
    assert [line for line in outside if f":{board['port']} " in line] and not [line for line in outside if re.search(":6006 ", line)]
    attempts = [(user, "127.0.0.1", port, 0) for port in inside for user in ("bob", "alice", "nobody")]
    assert lab.attempts(*attempts) == [REFUSED] * len(attempts)
    # bob cannot enter that network either, or see its processes.
    pid = str(found[0]["pid"])
    assert not lab.succeeds("nsenter", "-t", pid, "-n", "true", user="bob")
    assert not lab.succeeds("ls", f"/proc/{pid}/fd", user="bob")


def listening(lab, folder):
    rows = [line.split() for table in ("tcp", "tcp6") for line in lab.exec("cat", f"{folder}/{table}").splitlines()[1:]]
    return {int(row[1].rsplit(":", 1)[1], 16) for row in rows if row[3] == "0A"}


SOCKETS = [("/run/boardgate/gate.sock", "stream", "www-data"), ("/run/boardgate/app.sock", "stream", "www-data"),
           ("/run/boardgate/stream.sock", "stream", "www-data"), ("/run/boardgate-root/launcher.sock", "seqpacket", "boardgate"),
           ("/run/boardgate-root/login.sock", "seqpacket", "boardgate"), ("/run/boardgate-root/journal.sock", "seqpacket", "boardgate")]


def test_our_own_sockets_are_nobodys(lab, alice):
    allowed = [(user, path, kind) for path, kind, user in SOCKETS]
    assert lab.attempts(*allowed) == ["connected"] * len(allowed), "the question itself is wrong"
    others = [(user, path, kind) for path, kind, _ in SOCKETS for user in ("alice", "bob", "nobody", "www-data", "boardgate", "boardgate-door")
              if (user, path, kind) not in allowed and not (user == "boardgate" and path.startswith("/run/boardgate/"))]
    assert [a for a, outcome in zip(others, lab.attempts(*others)) if outcome != "EACCES"] == []
    looks = [f"runuser -u {user} -- ls {folder} && echo {user} sees {folder}" for user, folder in
             (("alice", "/var/lib/boardgate"), ("www-data", "/var/lib/boardgate"), ("alice", "/var/lib/boardgate-root"),
              ("www-data", "/var/lib/boardgate-root"), ("boardgate", "/var/lib/boardgate-root"))]
    assert lab.exec("sh", "-c", "; ".join(looks) + "; ls -d /var/lib/boardgate /var/lib/boardgate-root").split() == ["/var/lib/boardgate", "/var/lib/boardgate-root"]


MOVE = r"""
import sqlite3, sys
with sqlite3.connect("/var/lib/boardgate/boardgate.db") as database:
    database.execute("UPDATE boards SET port = ? WHERE id = ?", (int(sys.argv[2]), sys.argv[1]))
print("null")
"""


def test_a_database_of_yesterday_leads_to_nobody_elses_board(lab, alice, bob, both):
    """A restored database names ports that are now other people's doors."""
    mine, others = both
    before = others.seen()
    lab.systemctl("stop", "boardgated.service")
    lab.python(MOVE, mine.id, str(others.port), user="boardgate")
    lab.systemctl("start", "boardgated.service")
    assert alice.get(f"{mine.url}x").json["line"] == f"GET {mine.url}x HTTP/1.1"
    assert others.seen() == before
    assert alice.board(mine.id)["port"] == mine.port != others.port


def test_no_file_that_others_can_read_says_who_opens_what(lab, alice):
    alice.get("/b/aaaaaaaa/")
    log = "/var/log/nginx/boardgate.log"
    assert "/b/aaaaaaaa/" in lab.read(log).decode()
    for user in ("bob", "nobody", "boardgate"):
        assert not lab.succeeds("cat", log, user=user), f"{user} reads {log}"


COMMANDS_OF_SYSTEMD = [("StartTransientUnit", "ssa(sv)a(sa(sv))", "stray.service", "fail", "0", "0"), ("StartUnit", "ss", "boardgate-doors.service", "replace"),
                       ("StopUnit", "ss", "boardgated.service", "replace"), ("KillUnit", "ssi", "boardgated.service", "all", "15"),
                       ("SetUnitProperties", "sba(sv)", "boardgated.service", "true", "0"), ("Reload", "")]


@pytest.mark.parametrize("user", ["alice", "boardgate", "boardgate-door", "boardgate-journal", "www-data"])
def test_nobody_but_root_commands_systemd(lab, user):
    """A rule of polkit's that allowed units to one of our accounts would make it root: it sees neither name nor command."""
    manager = ("busctl", "call", "org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager")
    assert lab.succeeds(*manager, "GetUnit", "s", "boardgated.service", user=user), "the question itself is wrong"
    assert [call[0] for call in COMMANDS_OF_SYSTEMD if lab.succeeds(*manager, *call, user=user)] == []


# ---- without the packet filter ----
@pytest.fixture
def no_healing(lab):
    """boardgate-doorcheck ends when its test fails, and does not restart before the end of the test."""
    drop_in = "/run/systemd/system/boardgate-gate.service.d/test.conf"
    lab.write(drop_in, "[Service]\nRestart=no\n")
    lab.systemctl("daemon-reload")
    yield
    lab.exec("rm", "-r", drop_in.rsplit("/", 1)[0])
    lab.systemctl("daemon-reload")
    lab.systemctl("restart", "boardgate-gate.service")
    wait_for_gate(lab)


def test_without_the_packet_filter_boards_are_closed_and_the_portal_is_not(lab, alice, both, no_healing):
    mine, _ = both
    lab.exec("nft", "delete", "table", "inet", "boardgate")
    # Every local account can now connect to the door; so boards must be refused soon.
    assert lab.connects("bob", "127.0.0.1", mine.port) == "connected", "something else refuses: this test shows nothing"
    answer = until("boards are closed", lambda: (a := alice.get(f"{mine.url}data/environment")).status == 503 and a, 10)
    assert answer.code == "gate_unsound" and "packet filter" in answer.problem["detail"]
    page = alice.visit(mine.url)
    assert page.status == 503 and "packet filter" in page.text and page.header("Content-Type").startswith("text/html")
    assert health(lab)["status"] == 503 and "boardgate-gate" in json.dumps(health(lab)["body"])
    assert alice.get("/").status == 200 and mine.id in [b["id"] for b in alice.boards()]
    refused = alice.post("/api/v1/boards", {"logdir": "/home/alice/runs", "new": True})
    assert (refused.status, refused.code) == (503, "gate_unsound"), refused
    lab.systemctl("restart", "boardgate-gate.service")
    until("boards are open again", lambda: alice.get(f"{mine.url}data/environment").status == 200)
    assert lab.connects("bob", "127.0.0.1", mine.port) == REFUSED


def test_a_packet_filter_that_somebody_flushed_comes_back_by_itself(lab, alice, both):
    mine, _ = both
    lab.exec("nft", "flush", "ruleset")
    until("bob is refused again", lambda: lab.connects("bob", "127.0.0.1", mine.port) == REFUSED, 10)
    until("boards are open again", lambda: alice.get(f"{mine.url}data/environment").status == 200)
    wait_for_gate(lab)

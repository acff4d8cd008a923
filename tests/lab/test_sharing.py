# SPDX-License-Identifier: MIT
"""Boards that are shown to others: to a user, a group, everybody; until a date; ended at the next request."""
import http.client
import json
import re
from datetime import datetime, timedelta, timezone

import pytest

from fixtures import in_state
from machine import until

# As the portal's page loads its frame, as the page in the frame asks, and as it loads another frame.
FRAME = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
FETCH = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", "Origin": "null", "Cookie": None}
INNER = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe", "Cookie": None}


def show(owner, board, who, until_=None, status=201):
    answer = owner.post(f"/api/v1/boards/{board['id']}/shares", {"with": who, **({"until": until_} if until_ else {})})
    assert answer.status == status, answer
    return answer.json


def look(visitor, board, status=201):
    def ask():
        answer = visitor.post(f"/api/v1/boards/{board['id']}/views", {})
        assert answer.status == status, answer
        return answer.json
    # boardgate-frontend publishes the pages after boardgated has asked for them.
    return until("the view is open", ask, 30)


def data(visitor, place, path="data/runs"):
    return visitor.get(place + path, headers=FETCH)


@pytest.fixture
def shown(alice, ready_board):
    """A ready board of alice."""
    return ready_board(alice, title="sweep 3")


@pytest.fixture
def view(alice, bob, shown):
    """bob's view of alice's board."""
    show(alice, shown, "bob")
    return look(bob, shown)["place"]


def test_a_user_sees_the_page_from_files_of_root_and_the_data_of_the_board(alice, bob, carol, shown, view):
    assert re.fullmatch(r"/v/[\w-]{43}/", view)
    page = bob.get(view, headers=FRAME)
    assert page.status == 200, page
    assert page.header("Content-Type") == "text/html; charset=utf-8"
    policy = page.header("Content-Security-Policy")
    assert policy.startswith("sandbox allow-scripts allow-downloads allow-popups allow-popups-to-escape-sandbox; default-src 'none'")
    assert "allow-same-origin" not in policy and "unsafe-eval" not in policy and "form-action 'none'" in policy
    assert f"connect-src {bob.url}{view} " in policy
    assert re.search(rb'<script src="/frontend/[0-9a-f]+/view/view.js"></script>', page.body)
    runs = data(bob, view)
    assert runs.status == 200 and isinstance(runs.json, list) and runs.json, runs
    assert runs.header("Content-Type") == "application/json"
    assert runs.header("Content-Security-Policy") == "default-src 'none'; sandbox"
    assert runs.header("Access-Control-Allow-Origin") == "null" and not runs.header("Access-Control-Allow-Credentials")
    assert runs.header("Content-Disposition") == "attachment" and runs.header("X-Content-Type-Options") == "nosniff"
    assert data(bob, f"{view}experiment/defaultExperimentId/").json == runs.json
    assert bob.post(view + "data/plugin/scalars/scalars_multirun", body=b"tag=loss&runs=a", headers={
        **FETCH, "Content-Type": "application/x-www-form-urlencoded"}).status in (200, 400)
    mine = [each for each in bob.get("/api/v1/shared").json["boards"] if each["id"] == shown["id"]]
    assert mine and mine[0]["owner"] == "alice" and mine[0]["title"] == "sweep 3" and "logdir" not in mine[0]
    assert not carol.get("/api/v1/shared").json["boards"]
    assert alice.board(shown["id"])["shares"] == 1
    until("the owner sees who looked", lambda: alice.get(f"/api/v1/boards/{shown['id']}/shares").json["shares"][0]["last_viewed_by"] == "bob")
    assert alice.board(shown["id"])["last_viewed_by"] == "bob"


def test_the_owners_own_address_stays_the_owners(alice, bob, shown, view):
    assert bob.get(f"{shown['url']}data/runs").status == 403
    assert bob.get(shown["url"]).status == 403
    assert alice.get(f"{shown['url']}data/runs").status == 200
    assert "sandbox" not in alice.visit(shown["url"]).header("Content-Security-Policy")


def test_pages_come_from_root_and_never_from_the_board(bob, shown, view):
    for path, expected in (("data/plugin_entry.html?name=projector", b"view/entry.js"), ("data/plugin/projector/projector_binary.html", b"view/projector_binary.js")):
        page = bob.get(view + path, headers=INNER)
        assert page.status == 200 and expected in page.body, (path, page)
        assert "sandbox allow-scripts" in page.header("Content-Security-Policy")
        assert ("unsafe-eval" in page.header("Content-Security-Policy")) == ("binary" in path)
    icons = bob.get(view + "icon_bundle.svg", headers=FETCH)
    assert icons.status == 200 and icons.header("Content-Type") == "image/svg+xml"
    assert icons.header("Content-Security-Policy") == "default-src 'none'; sandbox"


def test_the_scripts_of_a_view_are_public_files(bob, stranger, view):
    page = bob.get(view, headers=FRAME).body.decode()
    script, = re.findall(r'<script src="(/frontend/[^"]+/view/view\.js)"></script>', page)
    for name in ("view/view.js", "view/entry.js", "view/projector_binary.js", "index.js", "chart_worker.js"):
        answer = stranger.get(script.replace("view/view.js", name))
        assert answer.status == 200, name
        assert answer.header("Cross-Origin-Resource-Policy") == "cross-origin" and answer.header("Access-Control-Allow-Origin") == "*"
    for name in ("view/index.html", "view/entry.html", "view/", "view/projector_binary.html"):
        assert stranger.get(script.replace("view/view.js", name)).status == 404, name


def test_a_share_that_ends_is_refused_at_the_next_request(alice, bob, shown, view):
    assert data(bob, view).status == 200
    assert alice.delete(f"/api/v1/boards/{shown['id']}/shares?with=bob").status == 204
    refused = data(bob, view)
    assert refused.status == 403 and refused.code == "not_shown", refused
    assert refused.header("Access-Control-Allow-Origin") == "null"
    assert b"sweep" not in refused.body and b"alice" not in refused.body
    assert bob.get(view, headers=FRAME).status == 403
    assert bob.post(f"/api/v1/boards/{shown['id']}/views", {}).code == "not_shown"
    show(alice, shown, "bob")
    assert data(bob, view).status == 403, "the ended view stays ended"
    assert data(bob, look(bob, shown)["place"]).status == 200


def test_a_share_ends_at_its_time(lab, alice, bob, shown):
    show(alice, shown, "bob")  # starts the board anew, which may take longer than the time below
    place = look(bob, shown)["place"]
    assert data(bob, place).status == 200
    end = datetime.now(timezone.utc) + timedelta(seconds=4)
    show(alice, shown, "bob", end.strftime("%Y-%m-%dT%H:%M:%S.000Z"), status=200)
    until("the share is over", lambda: data(bob, place).status == 403, 15)
    assert bob.post(f"/api/v1/boards/{shown['id']}/views", {}).code == "not_shown"
    line = f"board {shown['id']} of alice is no longer shown to bob: its time is over"
    until("the journal says so", lambda: line in lab.journalctl("-u", "boardgated", "-o", "cat"), 60)
    assert alice.board(shown["id"])["shares"] == 0


def test_a_group_sees_it_while_one_is_in_the_group(lab, alice, bob, carol, shown):
    lab.exec("groupadd", "vision")
    try:
        lab.exec("gpasswd", "-a", "bob", "vision")
        show(alice, shown, "@vision")
        place = look(bob, shown)["place"]
        assert data(bob, place).status == 200
        assert carol.post(f"/api/v1/boards/{shown['id']}/views", {}).code == "not_shown"
        lab.exec("gpasswd", "-d", "bob", "vision")
        until("bob is out", lambda: data(bob, place).status == 403, 75)
        assert not bob.get("/api/v1/shared").json["boards"]
        lab.exec("gpasswd", "-a", "bob", "vision")
        place = look(bob, shown)["place"]
        # The number is another group's now.
        lab.exec("groupmod", "-g", "7777", "vision")
        until("another group of this name counts for nothing", lambda: data(bob, place).status == 403, 75)
    finally:
        lab.exec("groupdel", "vision")


def test_everybody_where_the_site_allows_it(settings, alice, bob, carol, make_board):
    refused = alice.post(f"/api/v1/boards/{(board := make_board(alice))['id']}/shares", {"with": "everybody"})
    assert refused.code == "sharing_off", refused
    settings(sharing="everybody")
    in_state(alice, board, "ready")
    show(alice, board, "everybody")
    places = {each: look(each, board)["place"] for each in (bob, carol)}
    assert all(data(each, place).status == 200 for each, place in places.items())
    settings(sharing="off")
    assert {data(each, place).status for each, place in places.items()} == {403}
    assert not bob.get("/api/v1/shared").json["boards"]
    assert alice.post(f"/api/v1/boards/{board['id']}/shares", {"with": "bob"}).code == "sharing_off"


def test_the_site_limits_how_long(settings, alice, shown):
    settings(longest_share="7d")
    end = datetime.fromisoformat(show(alice, shown, "bob")["until"].replace("Z", "+00:00"))
    assert timedelta(days=6, hours=23) < end - datetime.now(timezone.utc) <= timedelta(days=7)


def test_a_restart_interrupts_no_view(lab, bob, view):
    lab.systemctl("restart", "boardgated.service")
    until("the view goes on", lambda: data(bob, view).status == 200, 20)
    lab.systemctl("reload", "nginx")
    until("the view goes on", lambda: data(bob, view).status == 200, 20)


def test_a_visitors_logout_ends_the_view_and_the_owners_changes_nothing(alice, bob, shown, view):
    assert alice.delete("/api/v1/session").status == 204
    try:
        assert data(bob, view).status == 200
    finally:
        alice.login()
    own = bob.cookie
    bob.login()
    second = look(bob, shown)["place"]
    assert bob.delete("/api/v1/session").status == 204
    assert data(bob, second).status in (401, 403)
    bob.cookie = own
    assert data(bob, view).status == 200, "a view belongs to one session"
    bob.delete("/api/v1/session")
    refused = data(bob, view)
    assert refused.status in (401, 403), refused
    bob.login()


def test_a_deleted_board_is_shown_to_nobody_also_after_it_came_back(alice, bob, shown, view):
    assert alice.delete(f"/api/v1/boards/{shown['id']}").status == 204
    assert data(bob, view).status == 403
    assert alice.post(f"/api/v1/boards/{shown['id']}/restore").status == 200
    assert alice.board(shown["id"])["shares"] == 0
    assert data(bob, view).status == 403
    assert bob.post(f"/api/v1/boards/{shown['id']}/views", {}).code == "not_shown"


def test_a_name_or_a_number_that_becomes_somebody_elses_sees_nothing(lab, alice, make_account, shown):
    first = make_account()
    uid = lab.exec("id", "-u", first.user).strip()
    show(alice, shown, first.user)
    lab.exec("userdel", "--force", "--remove", first.user)
    lab.exec("useradd", "--create-home", "--uid", str(int(uid) + 4000), "--badname", first.user)
    lab.exec("sh", "-euc", 'printf "%s:%s\\n" "$1" "$2" | chpasswd', "account", first.user, first.password)
    first.login()
    assert first.post(f"/api/v1/boards/{shown['id']}/views", {}).code == "not_shown"
    second = make_account(uid=uid).login()
    assert second.post(f"/api/v1/boards/{shown['id']}/views", {}).code == "not_shown"


def test_the_environment_of_a_view_names_no_paths(alice, bob, shown, view):
    answer = data(bob, view, "data/environment")
    assert answer.status == 200 and answer.json["window_title"] == "sweep 3", answer
    assert b"/home" not in answer.body and b"grpc" not in answer.body
    assert alice.get(f"{shown['url']}data/environment").json["data_location"].startswith("/"), "the owner's stays TensorBoard's"


def test_no_log_has_the_address_of_a_view(lab, alice, bob, shown, view):
    capability = view.split("/")[2]
    since = lab.exec("date", "+%s").strip()
    bob.get(view + "?tagFilter=x", headers=FRAME)
    data(bob, view)
    data(bob, view, "data/nothing")
    bob.get(f"/v/{capability}", headers=FETCH)
    bob.get(f"/v/{capability}/data/../runs", headers=FETCH)
    bob.get(f"/v/{capability}/%zz", headers=FETCH)
    bob.get(view + "data/runs?" + "x" * 20000, headers=FETCH)
    without_tls = http.client.HTTPConnection(bob.host, 80, timeout=10)
    without_tls.request("GET", view)
    assert without_tls.getresponse().status == 308
    # The board closes the connection: 502, which nginx explains in its error log.
    lab.exec("systemctl", "kill", "--signal=SIGKILL", shown["unit"])
    for _ in range(20):
        data(bob, view)
    for log in ("/var/log/nginx/boardgate.log", "/var/log/nginx/boardgate-error.log", "/var/log/nginx/error.log"):
        assert capability.encode() not in lab.read(log), log
    assert capability not in lab.journalctl(f"--since=@{since}", "-o", "cat")
    assert capability.encode() not in lab.read("/var/lib/boardgate/boardgate.db")
    assert b" /v/ of " + shown["id"].encode() in lab.read("/var/log/nginx/boardgate.log"), "the board's id is there"


def test_the_journal_names_owners_visitors_and_boards(lab, alice, bob, shown, view):
    data(bob, view)
    alice.delete(f"/api/v1/boards/{shown['id']}/shares")
    said = [json.loads(line) for line in lab.journalctl("-u", "boardgated", "-o", "json").splitlines()]
    told = [each["MESSAGE"] for each in said if each.get("BOARD_ID") == shown["id"]]
    assert any(text.startswith(f"alice shows board {shown['id']} to bob from ") for text in told), told
    assert any(text.startswith(f"bob views board {shown['id']} of alice from ") for text in told), told
    assert any(text.startswith(f"alice no longer shows board {shown['id']} to bob from ") for text in told), told
    assert any(each.get("SHARED_WITH") == "bob" for each in said)


def test_a_visitor_wakes_a_sleeping_board(lab, alice, bob, shown, view):
    alice.post(f"/api/v1/boards/{shown['id']}/sleep")
    in_state(alice, shown, "asleep")
    assert data(bob, view).code == "board_not_ready"
    assert alice.board(shown["id"])["state"] == "asleep", "a request alone wakes nothing"
    look(bob, shown)
    in_state(alice, shown, "ready")
    until("the same view goes on", lambda: data(bob, view).status == 200)
    assert f"bob woke board {shown['id']} of alice" in lab.journalctl("-u", "boardgated", "-o", "cat")


def test_a_closed_gate_shows_nothing(lab, bob, view):
    lab.systemctl("stop", "boardgate-gate.service")
    try:
        until("nothing is shown", lambda: data(bob, view).status == 503, 10)
    finally:
        lab.systemctl("start", "boardgate-gate.service")
    until("and again", lambda: data(bob, view).status == 200, 20)


def test_on_the_command_line(lab, alice, bob, shown):
    def run(person, *words, check=True):
        return lab.exec("boardgate", *words, user=person, check=check)

    assert shown["url"] in run("alice", "share", shown["id"], "--with", "bob,carol", "--until", "14d")
    table = run("alice", "share", shown["id"])
    assert re.search(r"(?m)^bob +\d{4}", table) and re.search(r"(?m)^carol ", table), table
    # The first share starts the board anew.
    until("bob sees it in the list", lambda: re.search(rf"{shown['id']} +alice +ready", run("bob", "ls", "--shared")))
    address = alice.url + shown["url"]
    for named in (shown["id"], shown["title"], address):
        assert run("bob", "open", named).strip() == address
    run("alice", "unshare", shown["id"], "--with", "bob")
    assert shown["id"] not in run("bob", "ls", "--shared")
    refused = lab.verb("exec", "runuser", "-u", "bob", "--", "boardgate", "open", shown["id"], check=False)
    assert refused.returncode == 1 and f'you have no board "{shown["id"]}"' in refused.stderr, refused
    run("alice", "unshare", shown["id"])
    assert alice.board(shown["id"])["shares"] == 0
    assert "nobody" not in run("alice", "share", shown["id"], "--json")


def test_a_person_who_may_not_look_can_ask_the_owner(alice, bob, shown):
    assert bob.post(f"/api/v1/boards/{shown['id']}/asks", {}).status == 204
    assert alice.board(shown["id"])["asked_by"] == ["bob"]
    show(alice, shown, "bob")
    assert alice.board(shown["id"])["asked_by"] == []

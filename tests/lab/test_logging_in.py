# SPDX-License-Identifier: MIT
"""Logging in and out: successful and refused logins, and what ends with a session."""
import hashlib
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from client import COOKIE, Client, cookie_of
from machine import until

# pam_unix delays a refusal by about two seconds; a faster one would reveal whether an account exists.
SLOWEST_TELLTALE = 1.9


def attempt(client, user, password):
    began = time.monotonic()
    answer = client.try_login(user, password)
    return answer, time.monotonic() - began


def together(*calls):
    with ThreadPoolExecutor(len(calls)) as pool:
        return [f.result() for f in [pool.submit(*call) for call in calls]]


def tickets(lab):
    return lab.exec("ls", "/var/lib/boardgate-root/tickets").split()


def ticket_of(client):
    return hashlib.sha256(client.cookie.encode()).hexdigest()


def ask_launcher(lab, token, message=22):
    """Asks for the folder reader of a ticket's holder (OpenLogdirs), as an attacker in boardgated."""
    return lab.python(ASK_LAUNCHER, token, str(message), user="boardgate")


ASK_LAUNCHER = r"""
import json, socket, struct, sys
token, message = sys.argv[1].encode(), int(sys.argv[2])
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
    s.settimeout(10)
    s.connect("/run/boardgate-root/launcher.sock")
    s.send(struct.pack("<HH", message, len(token)) + token)
    answer = s.recv(65536)
print(json.dumps({"type": struct.unpack("<H", answer[:2])[0] if answer else None, "text": answer[2:].decode("utf-8", "replace")}))
"""
DONE, REFUSED = 32, 33


def test_the_right_password_opens_a_session_and_the_cookie_is_the_browsers_alone(lab, stranger):
    answer = stranger.try_login("carol", "carol-lab")
    assert answer.status == 200, answer
    assert (answer.json["user"], answer.json["uid"]) == ("carol", int(lab.exec("id", "-u", "carol")))
    (cookie,) = answer.all("Set-Cookie")
    pair, *attributes = cookie.split("; ")
    assert pair.startswith(f"{COOKIE}=") and len(cookie_of(answer)) == 43, cookie
    # No Domain, no Expires: only for this host, and until the browser closes.
    assert sorted(attributes) == ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"], cookie
    carol = Client(stranger.url, stranger.ca)
    carol.cookie = cookie_of(answer)
    assert carol.get("/api/v1/session").json.items() >= answer.json.items()
    assert carol.delete("/api/v1/session").status == 204


def test_every_refusal_is_the_same_answer_and_none_is_quick(lab, stranger, make_account):
    closed = make_account(shell="/usr/sbin/nologin")
    locked = make_account()
    lab.exec("usermod", "--lock", locked.user)
    expired = make_account()
    lab.exec("usermod", "--expiredate", "2020-01-01", expired.user)
    empty = make_account()
    lab.exec("passwd", "--delete", empty.user)
    wrong = make_account()
    lab.exec("sh", "-euc", "echo root:root-lab | chpasswd")
    tries = {"wrong password": (wrong.user, "not it"), "unknown user": ("nobody-of-this-name", "x"),
             "root with its password": ("root", "root-lab"), "no login shell": (closed.user, closed.password),
             "locked": (locked.user, locked.password), "expired": (expired.user, expired.password), "no password": (empty.user, ""), "daemon": ("daemon", "x")}
    try:
        answers = dict(zip(tries, together(*[(attempt, stranger, *who) for who in tries.values()])))
    finally:
        lab.exec("usermod", "--password", "*", "root")
    first, _ = answers["wrong password"]
    assert first.code == "login_failed" and first.status == 401
    assert not first.all("Set-Cookie")
    for why, (answer, seconds) in answers.items():
        assert answer.without_date() == first.without_date(), f"{why} has another answer: {answer!r}"
        assert seconds >= SLOWEST_TELLTALE, f"{why} was refused after {seconds:.2f} s"


def test_a_conversation_asks_for_the_password_and_ends_with_a_session(stranger, make_account):
    member = make_account()
    question = stranger.post("/api/v1/login", {"user": member.user})
    assert question.status == 202, question
    assert [p["echo"] for p in question.json["prompts"]] == [False]
    assert "assword" in question.json["prompts"][0]["text"]
    assert not question.all("Set-Cookie")
    answer = stranger.post("/api/v1/login", {"conversation": question.json["conversation"], "answers": [member.password]})
    assert answer.status == 200 and answer.json["user"] == member.user, answer
    member.cookie = cookie_of(answer)
    assert member.is_logged_in()
    # A conversation cannot be used twice.
    again = stranger.post("/api/v1/login", {"conversation": question.json["conversation"], "answers": [member.password]})
    assert again.status == 401 and again.code == "no_such_conversation"


def test_only_the_right_password_learns_that_it_has_expired(lab, stranger, make_account):
    member = make_account()
    lab.exec("chage", "-d", "0", member.user)
    (wrong, _), (right, _) = together((attempt, stranger, member.user, "guessed"), (attempt, stranger, member.user, member.password))
    assert right.status == 403 and right.code == "password_expired"
    assert not right.all("Set-Cookie")
    assert wrong.code == "login_failed", "somebody who guesses learns that the password has expired"


def test_guessing_is_slowed_down_for_the_one_account(stranger, make_account):
    member, other = make_account(), make_account()
    guesses = together(*[(attempt, stranger, member.user, f"guess {n}") for n in range(5)])
    assert [a.code for a, _ in guesses] == ["login_failed"] * 5
    answer, seconds = attempt(stranger, member.user, member.password)
    assert answer.status == 429 and answer.code == "too_many_attempts", answer
    assert 1 <= int(answer.header("Retry-After")) <= 20
    assert seconds < SLOWEST_TELLTALE, "PAM was asked although the answer was clear"
    assert stranger.try_login(other.user, other.password).status == 200


def test_a_flood_from_elsewhere_asks_pam_a_few_times_and_locks_nobody_out(lab, make_account):
    member = make_account()
    answers = lab.python(FLOOD, member.user)
    assert set(answers) == {"401", "429"} and answers["401"] == 5, answers
    failures = [line for line in lab.journalctl("-b", "--no-pager", "-t", "boardgate-login").splitlines()
                if "authentication failure" in line and f"user={member.user}" in line]
    assert len(failures) == 5
    assert member.login().is_logged_in(), "a stranger has locked the account for its owner"


# From its own address, so that the attempts do not count for other tests.
FLOOD = r"""
import collections, concurrent.futures, http.client, json, ssl, sys
unchecked = ssl.create_default_context()
unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE

def guess(n):
    connection = http.client.HTTPSConnection("127.0.0.1", context=unchecked, timeout=30, source_address=("127.0.0.9", 0))
    connection.request("POST", "/api/v1/login", json.dumps({"user": sys.argv[1], "password": f"guess {n}"}),
                       {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"})
    return connection.getresponse().status

with concurrent.futures.ThreadPoolExecutor(8) as pool:
    print(json.dumps(collections.Counter(map(str, pool.map(guess, range(40))))))
"""


def test_logging_out_ends_this_session_and_its_ticket_only(lab, make_account):
    here, there = make_account().login(), None
    there = Client(here.url, here.ca, here.user, here.password).login()
    assert here.cookie != there.cookie, "two logins share a token"
    assert ticket_of(here) in tickets(lab) and ticket_of(there) in tickets(lab)
    answer = here.delete("/api/v1/session")
    assert answer.status == 204
    assert "Max-Age=0" in answer.header("Set-Cookie")
    assert here.get("/api/v1/session").code == "unauthenticated"
    assert there.is_logged_in()
    until("the ticket goes with its session", lambda: ticket_of(here) not in tickets(lab))


def test_logging_out_everywhere_ends_all_sessions_and_the_launcher_refuses_afterwards(lab, make_account):
    here = make_account().login()
    there = Client(here.url, here.ca, here.user, here.password).login()
    assert ask_launcher(lab, there.cookie)["type"] == DONE
    assert here.delete("/api/v1/sessions").status == 204
    for client in (here, there):
        assert client.get("/api/v1/session").code == "unauthenticated"
        refused = until("the ticket is revoked", lambda: (answer := ask_launcher(lab, client.cookie))["type"] == REFUSED and answer)
        assert "log in again" in refused["text"], refused


def test_a_login_does_not_pass_to_the_next_account_with_the_same_uid(lab, make_account):
    left = make_account().login()
    uid = lab.exec("id", "-u", left.user).strip()
    assert ask_launcher(lab, left.cookie)["type"] == DONE
    lab.systemctl("stop", f"boardgate-logdirs@{uid}.*")  # userdel(8) refuses while the account has a process
    lab.exec("userdel", "--remove", left.user)
    come = make_account(uid=uid)
    assert ask_launcher(lab, left.cookie)["type"] == REFUSED
    come.login()
    assert left.get("/api/v1/session").code == "unauthenticated"
    assert come.is_logged_in() and ask_launcher(lab, come.cookie)["type"] == DONE


def test_boardgated_itself_gets_nothing_from_the_launcher_without_a_users_token(lab, alice):
    # An attacker in boardgated has its uid and the stored hashes.
    for token in ("A" * 43, ticket_of(alice)[:43], ""):
        assert ask_launcher(lab, token)["type"] == REFUSED
    assert ask_launcher(lab, ticket_of(alice))["type"] is None, "longer than any token: no message at all"
    assert ask_launcher(lab, alice.cookie)["type"] == DONE, "the question itself is wrong"


ASK = r"""
import json, socket, sys
path, message = sys.argv[1:]
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
    s.settimeout(10)
    s.connect(path)
    try:
        s.send(bytes.fromhex(message))
        answer = s.recv(65536)
    except (BrokenPipeError, ConnectionResetError):
        answer = b""  # the peer closed the connection first
    print(json.dumps(answer.hex()))
"""


def text(value):
    return len(value).to_bytes(2, "little") + value.encode()


def test_the_parts_answer_boardgated_and_not_even_root(lab, alice, ready_board):
    """The modes of sockets can be changed by mistake: each program also checks its peer."""
    unit = ready_board(alice)["unit"]
    questions = {"launcher": b"\x17\0" + text(alice.cookie), "login": b"\x01\0" + text("carol") + text(""),
                 "journal": b"\x40\0" + text(unit) + text("") + bytes([1, 0, 0, 0, 0])}
    for name, question in questions.items():
        ask = (f"/run/boardgate-root/{name}.sock", question.hex())
        assert lab.python(ASK, *ask, user="boardgate"), f"the question to {name} itself is wrong"
        assert lab.python(ASK, *ask) == "", f"{name} answers root"


def test_a_login_ends_the_session_whose_cookie_came_with_it(make_account):
    member = make_account().login()
    planted = member.cookie
    answer = member.post("/api/v1/login", {"user": member.user, "password": member.password})
    assert answer.status == 200 and cookie_of(answer) != planted
    assert member.get("/api/v1/session").status == 401, "a cookie that somebody else may know lives on"
    member.cookie = cookie_of(answer)
    assert member.is_logged_in()


@pytest.mark.parametrize("cookies", [
    lambda good: f"{COOKIE}={good}; {COOKIE}={good}",
    lambda good: f"{COOKIE}={'A' * 43}; {COOKIE}={good}",
    lambda good: f"{COOKIE}={good}=",
    lambda good: f"{COOKIE}={good[:-1]}",
    lambda good: f"{COOKIE}={good}A",
    lambda good: f"{COOKIE.lower()}={good}",
    lambda good: f"x={good}",
], ids=["twice", "another first", "padded", "short", "long", "lower case", "another name"])
def test_a_cookie_that_is_not_exactly_right_is_no_session(alice, cookies):
    assert alice.get("/api/v1/session").status == 200
    assert alice.get("/api/v1/session", headers={"Cookie": cookies(alice.cookie)}).code == "unauthenticated"


FOREIGN = {
    "nothing says where it is from": ({"Sec-Fetch-Site": None}, 403, "cross_site"),
    "another port of this host": ({"Sec-Fetch-Site": "same-site", "Origin": "{url}:8444"}, 403, "cross_site"),
    "another port, no metadata": ({"Sec-Fetch-Site": None, "Origin": "{url}:8444"}, 403, "cross_site"),
    "another site": ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403, "cross_site"),
    "another origin that claims to be ours": ({"Origin": "https://evil.example"}, 403, "cross_site"),
    "no origin at all": ({"Sec-Fetch-Site": None, "Origin": "null"}, 403, "cross_site"),
    "http": ({"Sec-Fetch-Site": None, "Origin": "http://{host}"}, 403, "cross_site"),
    "typed into the address bar": ({"Sec-Fetch-Site": "none"}, 403, "cross_site"),
    "a form below /b/": ({"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 403, "cross_site"),
    "a form": ({"Content-Type": "text/plain"}, 415, "not_json"),
    "a form that is sure of itself": ({"Content-Type": "application/x-www-form-urlencoded"}, 415, "not_json"),
    "no type": ({"Content-Type": None}, 415, "not_json"),
}


@pytest.mark.parametrize("why", FOREIGN)
def test_another_page_cannot_change_anything(alice, why):
    headers, status, code = FOREIGN[why]
    headers = {k: v and v.format(url=alice.url, host=alice.host) for k, v in headers.items()}
    before = [b["id"] for b in alice.boards()]
    answer = alice.post("/api/v1/boards", {"logdir": "/home/alice/runs"}, headers=headers)
    assert (answer.status, answer.code) == (status, code), answer
    assert [b["id"] for b in alice.boards()] == before
    if code == "cross_site":
        assert alice.delete("/api/v1/session", headers=headers).code == "cross_site"
        assert alice.is_logged_in()


def test_an_equal_origin_is_enough_for_browsers_that_send_nothing_else(alice):
    answer = alice.post("/api/v1/boards", {}, headers={"Sec-Fetch-Site": None, "Origin": alice.url})
    assert answer.code == "bad_field", answer


FAULTS = {
    "login: unknown field": ("/api/v1/login", {"user": "alice", "pasword": "x"}, "unknown_field", "pasword"),
    "login: no user": ("/api/v1/login", {"password": "x"}, "bad_field", "user"),
    "login: a number for a name": ("/api/v1/login", {"user": 7, "password": "x"}, "bad_field", "user"),
    "login: a zero byte": ("/api/v1/login", {"user": "alice", "password": "a\0b"}, "bad_field", "password"),
    "login: a password of a megabyte": ("/api/v1/login", {"user": "alice", "password": "x" * 10_000}, "bad_field", "password"),
    "board: unknown field": ("/api/v1/boards", {"logdir": "/tmp", "colour": 1}, "unknown_field", "colour"),
    "board: no folder": ("/api/v1/boards", {"title": "x"}, "bad_field", "logdir"),
    "board: text for a number": ("/api/v1/boards", {"logdir": "/tmp", "port": "16010"}, "bad_field", "port"),
    "board: a fraction": ("/api/v1/boards", {"logdir": "/tmp", "reload_interval": 1.5}, "bad_field", "reload_interval"),
    "board: out of range": ("/api/v1/boards", {"logdir": "/tmp", "priority": 101}, "bad_field", "priority"),
    "board: a port that is no door's": ("/api/v1/boards", {"logdir": "/tmp", "port": 22}, "bad_field", "port"),
    "board: the port that proves the gate": ("/api/v1/boards", {"logdir": "/tmp", "port": 16000}, "bad_field", "port"),
    "board: a word for a choice": ("/api/v1/boards", {"logdir": "/tmp", "fast_loader": "fast"}, "bad_field", "fast_loader"),
    "board: a line break": ("/api/v1/boards", {"logdir": "/tmp", "title": "a\nb"}, "bad_field", "title"),
    "board: no such environment": ("/api/v1/boards", {"logdir": "/tmp", "environment": "mine"}, "bad_field", "environment"),
    "board: a path for an environment": ("/api/v1/boards", {"logdir": "/tmp", "environment": "/bin/sh"}, "bad_field", "environment"),
    "board: a list for a flag": ("/api/v1/boards", {"logdir": "/tmp", "reload_multifile": []}, "bad_field", "reload_multifile"),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_names_the_field(alice, what):
    path, body, code, field = FAULTS[what]
    answer = alice.post(path, body)
    assert answer.status == 400, answer
    assert (answer.code, answer.problem.get("field")) == (code, field), answer.problem
    assert field in answer.problem["detail"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"logdir":"/tmp",}', b'{"logdir":"/a","logdir":"/b"}',
                                  b'{"logdir":"/tmp"} x', b'{"logdir":"\xff"}', b"[" * 5000, b"/* x */ {}"],
                         ids=["empty", "cut", "a list", "null", "a comma too many", "a name twice", "more behind it",
                              "not UTF-8", "nested deeply", "a comment"])
def test_what_is_not_json_is_no_request(alice, body):
    answer = alice.send("POST", "/api/v1/boards", body=body, headers={"Content-Type": "application/json"})
    assert answer.status == 400 and answer.code == "bad_json", answer


def test_a_body_that_is_not_read_to_its_end_is_answered_all_the_same(alice):
    """A client that closes the connection early may lose the answer, so this repeats the request."""
    seen = {(answer.status, answer.code) for _ in range(10) for headers in ({}, {"Sec-Fetch-Site": "cross-site"})
            for answer in [alice.send("POST", "/api/v1/boards", body=b"x" * 60_000, headers={"Content-Type": "application/json", **headers})]}
    assert seen == {(413, "too_large")}


def test_a_body_beyond_all_measure_is_refused_in_the_same_form(alice):
    answer = alice.send("POST", "/api/v1/boards", body=b"x" * 100_000, headers={"Content-Type": "application/json"})
    assert answer.status == 413 and answer.code == "too_large"


def test_the_journal_holds_no_password_and_no_token(lab, make_account):
    password = "pä$s\"\\ of-a-person"
    member = make_account(password=password).login()
    stranger = member.stranger()
    # The second was typed into the wrong field.
    together((stranger.try_login, member.user, password + "?"), (stranger.try_login, password + "!", "x"))
    assert member.delete("/api/v1/session").status == 204
    journal = lab.journalctl("-b", "-a", "-o", "export", "--no-pager")
    logs = lab.exec("sh", "-c", "cat /var/log/nginx/*")
    assert member.user in journal, "the login was not logged at all"
    for secret in (member.cookie, "of-a-person"):
        assert secret not in journal and secret not in logs

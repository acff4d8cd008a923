# SPDX-License-Identifier: MIT
"""A login is a person's: not that of everybody who knew the old password, nor of the next one with this name and number."""
import hashlib

import pytest

from client import Client
from fixtures import in_state
from machine import until

# boardgated asks every half minute which tickets are there no more.
SOON = 75


def set_password(lab, client, password):
    lab.exec("sh", "-euc", 'printf "%s:%s\\n" "$1" "$2" | chpasswd', "password", client.user, password)
    client.password = password


def ticket_file(client):
    return "/var/lib/boardgate-root/tickets/" + hashlib.sha256(client.cookie.encode()).hexdigest()


def again(client, site):
    """The same cookie at another browser."""
    other = Client(*site, user=client.user, password=client.password)
    other.cookie = client.cookie
    return other


@pytest.fixture
def person(lab, make_account):
    client = make_account()
    lab.exec("install", "-d", "-o", client.user, "-m", "700", f"/home/{client.user}/runs")
    return client.login()


def test_a_new_password_ends_every_login_and_no_board(lab, site, person):
    made = person.post("/api/v1/boards", {"logdir": f"/home/{person.user}/runs"})
    assert made.status == 201, made
    thief = again(person, site)
    assert thief.get("/api/v1/logdirs?path=~").status == 200
    set_password(lab, person, "another-one")
    assert thief.get("/api/v1/logdirs?path=~").status == 401, "the next privileged request"
    until("the session has ended everywhere", lambda: thief.get("/api/v1/session").status == 401, SOON)
    person.login()
    assert [board["id"] for board in person.boards()] == [made.json["id"]]
    in_state(person, made.json, "asleep", "ready", "starting")


def test_a_new_password_ends_a_login_that_is_under_way(lab, person, second_factor):
    """It waits for a code; the old password was right when it was given."""
    question = person.try_login(person.user, person.password)
    assert question.status == 202, question
    set_password(lab, person, "another-one")
    answer = person.stranger().post("/api/v1/login", {"conversation": question.json["conversation"], "answers": ["123456"]})
    assert (answer.status, answer.code) == (401, "login_failed"), answer


def test_a_new_password_ends_a_login_that_asks_for_nothing_privileged(lab, site, person):
    set_password(lab, person, "another-one")
    until("the session has ended", lambda: person.get("/api/v1/session").status == 401, SOON)


def test_the_next_person_with_the_name_and_number_gets_no_login_of_the_old_one(lab, site, person):
    uid = lab.exec("id", "-u", person.user).strip()
    first = again(person, site)
    person.login()  # the session of before goes on, at another browser
    lab.systemctl("stop", f"tensorboard-{person.user}-*", f"boardgate-logdirs@{uid}.*", check=False)
    lab.exec("userdel", "--force", "--remove", person.user, check=False)
    lab.exec("useradd", "--create-home", "--uid", uid, "--shell", "/bin/bash", "--badname", person.user)
    old = [first, again(person, site)]
    set_password(lab, person, "the-next-persons")
    lab.exec("install", "-d", "-o", person.user, "-m", "700", f"/home/{person.user}/secret")
    for client in old:
        answer = client.get(f"/api/v1/logdirs?path=/home/{person.user}/")
        assert answer.status == 401, answer
        answer = client.post("/api/v1/boards", {"logdir": f"/home/{person.user}/secret"})
        assert answer.status == 401, answer
        until("the session has ended", lambda client=client: client.get("/api/v1/session").status == 401, SOON)
        assert client.post("/api/v1/login", {"ticket": client.cookie}).status == 401
    person.login()


def test_tickets_of_accounts_that_are_gone_go_with_the_hourly_look(lab, person):
    path = ticket_file(person)
    assert lab.succeeds("test", "-e", path), "the test looks in the wrong place"
    set_password(lab, person, "another-one")
    lab.systemctl("start", "boardgate-doors.service")
    assert not lab.succeeds("test", "-e", path)


def test_a_cookie_is_no_ticket_to_log_in_with(person, site):
    for ended in (False, True):
        if ended:
            old = person.cookie
            assert person.delete("/api/v1/session").status == 204
            person.cookie = old
        answer = Client(*site).post("/api/v1/login", {"ticket": person.cookie})
        assert answer.status == 401, answer


TICKET = r"""
import http.client, json, socket, ssl, struct
def local_ticket():
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.connect("/run/boardgate-root/local.sock")
    s.send(struct.pack("<H", 5))
    verdict = s.recv(65536)
    at = 2 + 1 + 4
    texts = []
    for _ in range(2):  # user, token
        size, = struct.unpack_from("<H", verdict, at)
        texts.append(verdict[at + 2:at + 2 + size].decode())
        at += 2 + size
    return texts[1]
ticket = local_ticket()
"""
LOG_IN = r"""
unchecked = ssl.create_default_context()
unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
def log_in():
    connection = http.client.HTTPSConnection("127.0.0.1", context=unchecked, timeout=20)
    connection.request("POST", "/api/v1/login", json.dumps({"ticket": ticket}), {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"})
    return connection.getresponse().status
"""


def test_a_local_ticket_is_taken_once(lab):
    assert lab.python(f"{TICKET}{LOG_IN}print(json.dumps([log_in(), log_in()]))", user="alice") == [200, 401]


def test_a_local_ticket_is_of_no_use_elsewhere(lab, stranger):
    ticket = lab.python(f"{TICKET}print(json.dumps(ticket))", user="alice")
    answer = stranger.post("/api/v1/login", {"ticket": ticket})
    assert (answer.status, answer.code) == (401, "login_failed"), answer


def ticket_goes(lab, path):
    until("the ticket goes with its session", lambda: not lab.succeeds("test", "-e", path))


def test_a_session_that_a_login_replaces_takes_its_ticket_along(lab, person):
    path = ticket_file(person)
    answer = person.post("/api/v1/login", {"user": person.user, "password": person.password})
    assert answer.status == 200
    ticket_goes(lab, path)


def test_a_session_beyond_the_limit_takes_its_ticket_along(lab, site, settings, person):
    settings(sessions_per_user="2")
    path = ticket_file(person)
    for _ in range(2):
        again(person, site).login()
    assert person.get("/api/v1/session").status == 401
    ticket_goes(lab, path)


UNUSED = r"""
import json, sqlite3, sys
with sqlite3.connect("/var/lib/boardgate/boardgate.db") as database:
    changed = database.execute("UPDATE sessions SET last_used = last_used - 1000000 WHERE user = ?", [sys.argv[1]]).rowcount
print(json.dumps(changed))
"""


def test_a_session_that_nobody_used_takes_its_ticket_along(lab, site, person):
    path = ticket_file(person)
    lab.systemctl("stop", "boardgated.service")
    assert lab.python(UNUSED, person.user) == 1
    lab.systemctl("start", "boardgated.service")
    until("the session has ended", lambda: person.get("/api/v1/session").status == 401)
    ticket_goes(lab, path)


def test_a_logout_is_answered_at_once_and_the_ticket_goes_as_soon_as_the_launcher_is_back(lab, site, person):
    path = ticket_file(person)
    lab.systemctl("stop", "boardgate-launcher.socket", "boardgate-launcher.service")
    try:
        assert person.get("/api/v1/session").status == 200
        assert person.delete("/api/v1/session").status == 204
        assert person.get("/api/v1/session").status == 401
        lab.systemctl("restart", "boardgated.service")
        until("boardgated is back", lambda: person.get("/api/v1/session").status == 401)
        assert lab.succeeds("test", "-e", path), "the launcher was there: this test shows nothing"
    finally:
        lab.systemctl("start", "boardgate-launcher.socket")
    ticket_goes(lab, path)


def test_a_launcher_that_hangs_delays_no_logout(lab, site, person):
    other = again(person, site).login()
    path = ticket_file(other)
    assert person.get("/api/v1/logdirs?path=~").status == 200  # the launcher runs
    lab.systemctl("kill", "--signal=STOP", "boardgate-launcher.service")
    try:
        for client in (other, person):
            assert client.get("/api/v1/session", timeout=10).status == 200
            assert client.delete("/api/v1/session", timeout=10).status == 204
    finally:
        lab.systemctl("kill", "--signal=CONT", "boardgate-launcher.service")
    ticket_goes(lab, path)


def test_a_login_with_a_local_ticket_is_in_the_journal(lab):
    since = lab.epoch()
    assert lab.python(f"{TICKET}{LOG_IN}print(json.dumps(log_in()))", user="alice") == 200
    lines = lab.journalctl("-o", "cat", "--since", since, "-u", "boardgated")
    assert "login of alice with a local ticket from 127.0.0.1" in lines

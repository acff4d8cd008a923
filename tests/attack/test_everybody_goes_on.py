# SPDX-License-Identifier: MIT
"""One account takes all that it can of a part that people share. Another one's wake, visit, login and logout stay quick:
within a second, or within three times what the same took on this machine just before."""
import json
import statistics
import threading
import time
from contextlib import contextmanager

import pytest

from client import Client, cookie_of
from fixtures import in_state
from machine import until

ENOUGH = 1.0
ROUNDS = 3


def timed(call):
    began = time.monotonic()
    answer = call()
    return answer, time.monotonic() - began


class Everyday:
    """What another person does, with how long it took (the median of some rounds)."""

    def __init__(self, person, board):
        self.person, self.board = person, board

    def once(self):
        person = Client(self.person.url, self.person.ca, self.person.user, self.person.password)
        took = {}
        answer, took["login"] = timed(lambda: person.try_login(person.user, person.password))
        assert answer.status == 200, answer
        person.cookie = cookie_of(answer)
        assert person.post(f"/api/v1/boards/{self.board['id']}/sleep").status < 300
        in_state(person, self.board, "asleep")
        answer, took["wake"] = timed(lambda: person.post(f"/api/v1/boards/{self.board['id']}/wake"))
        assert answer.status < 300, answer
        in_state(person, self.board, "ready", "starting")
        in_state(person, self.board, "ready")
        for what, call in {"visit": lambda: person.visit(self.board["url"]), "session": lambda: person.get("/api/v1/session"),
                           "logout": lambda: person.delete("/api/v1/session")}.items():
            answer, took[what] = timed(call)
            assert answer.status < 300, (what, answer)
        return took

    def times(self):
        rounds = [self.once() for _ in range(ROUNDS)]
        return {what: statistics.median(each[what] for each in rounds) for what in rounds[0]}

    @contextmanager
    def stays_quick(self):
        """begin(): call it in the block when the attack is under way."""
        quiet, attacked = self.times(), {}
        yield lambda: attacked.update(self.times())
        assert attacked, "the attack did not begin"
        slow = {what: (quiet[what], seconds) for what, seconds in attacked.items() if seconds > max(ENOUGH, 3 * quiet[what])}
        assert not slow, f"(before, under attack) in seconds: {slow}"


@pytest.fixture
def everyday(bob, ready_board):
    return Everyday(bob, ready_board(bob))


@contextmanager
def many(number, call, pause=0.2):
    """`call` again and again in so many threads until the end of the block; its answers' statuses."""
    end, statuses = threading.Event(), []

    def go_on():
        while not end.is_set():
            try:
                statuses.append(call().status)
            except OSError:
                statuses.append(None)
            end.wait(pause)
    threads = [threading.Thread(target=go_on) for _ in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        end.set()
        for thread in threads:
            thread.join()


def test_requests_that_change_a_board(alice, everyday, make_board):
    board, count = make_board(alice), iter(range(10 ** 9))
    change = lambda: alice.send("PATCH", f"/api/v1/boards/{board['id']}", {"reload_interval": 10 + next(count) % 100}, timeout=60)
    with everyday.stays_quick() as measure:
        with many(90, change) as statuses:
            until("her share is taken", lambda: 503 in statuses, 60)
            measure()


def test_searches_for_runs_of_a_home_that_hangs(lab, alice, everyday):
    assert alice.get("/api/v1/logdirs?path=~").status == 200
    reader = f"boardgate-logdirs@{lab.exec('id', '-u', 'alice').strip()}.service"
    lab.systemctl("kill", "--signal=STOP", reader)
    try:
        with everyday.stays_quick() as measure:
            with many(40, lambda: alice.get("/api/v1/runs", timeout=60)) as statuses:
                until("her share is taken", lambda: 503 in statuses, 60)
                measure()
    finally:
        lab.systemctl("kill", "--signal=CONT", reader)


def test_open_streams_and_logs(lab, alice, everyday, make_board):
    board = make_board(alice)
    streams, refused = [], []
    readers = lambda: sum(target.startswith("socket:") for process in lab.processes("boardgate-journal.service")
                          for target in process["fds"].values())

    def open_one(target):
        response = alice.stream("GET", target, headers={"Accept": "text/event-stream"}, timeout=60)
        if response.status == 200:
            streams.append(response)
        else:
            assert response.getheader("Retry-After"), response.status
            refused.append(response.status)
            response.close()
    try:
        with everyday.stays_quick() as measure:
            for _ in range(30):
                open_one(f"/api/v1/boards/{board['id']}/log?follow=1")
            assert len(streams) <= 12 and set(refused) == {503}
            # Beside the sockets of the process itself: to listen, and for its journal.
            assert 1 < readers() <= 12 + 3, "boardgate-journal reads for a stream that was refused"
            for _ in range(60):
                open_one("/api/v1/events")
            assert len(streams) <= 40
            measure()
    finally:
        for response in streams:
            response.close()


GUESSES = r"""
import collections, concurrent.futures, http.client, json, ssl, sys, time
unchecked = ssl.create_default_context()
unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
bodies = [json.loads(line) for line in sys.argv[2:]]
end = time.monotonic() + float(sys.argv[1])

def send(n):
    try:
        connection = http.client.HTTPSConnection("127.0.0.1", context=unchecked, timeout=60, source_address=(f"127.1.{n % 200}.{1 + n // 200}", 0))
        connection.request("POST", "/api/v1/login", json.dumps({**bodies[n % len(bodies)], "user": f"{bodies[n % len(bodies)]['user']}{n}"}),
                           {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"})
        return connection.getresponse().status
    except OSError as error:
        return type(error).__name__

def go_on(first):
    seen, n = [], first
    while time.monotonic() < end:
        seen.append(send(n))
        n += 45
        if first == 0 and len(seen) == 1:
            print("begun", flush=True)
        time.sleep(0.2)
    return seen

with concurrent.futures.ThreadPoolExecutor(45) as pool:
    print(json.dumps(collections.Counter(str(s) for each in pool.map(go_on, range(45)) for s in each)))
"""


@contextmanager
def guesses(lab, *bodies, seconds=40, limit="429"):
    """A local account's logins from a hundred addresses of the server itself; `limit` is the answer that most of them get."""
    attack = lab.start("runuser", "-u", "carol", "--", "python3", "-c", GUESSES, str(seconds), *map(json.dumps, bodies))
    assert attack.stdout.readline() == "begun\n", attack.stderr.read()
    try:
        yield
    finally:
        output, errors = attack.communicate(timeout=120)
        assert attack.returncode == 0, errors
        statuses = json.loads(output)
        assert statuses.get(limit, 0) > 20, f"no flood: {statuses}"


def test_a_flood_of_logins(lab, everyday):
    with everyday.stays_quick() as measure:
        with guesses(lab, {"user": "x", "password": "guess"}, {"user": "y"}):
            measure()


def test_a_flood_of_logins_slows_down_no_first_login_from_elsewhere(lab, make_account):
    person = make_account()
    with guesses(lab, {"user": "x", "password": "guess"}, {"user": "y"}, seconds=15):
        person.login()


def test_six_people_at_one_time_codes_behind_one_address_all_get_in(lab, site, second_factor, make_account):
    people = [make_account() for _ in range(6)]
    asked = [person.try_login(person.user, person.password) for person in people]
    assert [answer.status for answer in asked] == [202] * 6, asked
    for person, question in zip(people, asked):
        assert "One-time code" in question.json["prompts"][0]["text"]
        answer = person.stranger().post("/api/v1/login", {"conversation": question.json["conversation"], "answers": ["123456"]})
        assert answer.status == 200 and answer.json["user"] == person.user, answer


def test_logins_that_nobody_finishes_take_no_place_of_another_address(lab, settings, second_factor, make_account):
    """Without a right password a stack may ask for the code all the same: so does pam_unix as `required`."""
    settings(login_conversations="8", login_attempts_of_address="1000", login_attempts_of_all="1000")
    person = make_account()
    stack = lab.read("/etc/pam.d/boardgate").decode()
    lab.write("/etc/pam.d/boardgate", "auth optional pam_deny.so\n" + stack.replace("@include common-auth\n", "auth required pam_unix.so\n"))
    question = person.try_login(person.user, person.password)
    assert question.status == 202, question
    with guesses(lab, {"user": "x", "password": "guess"}, seconds=15, limit="202"):
        accepted = lambda: int(lab.property("boardgate-login.socket", "NAccepted"))
        first = accepted()
        until("all places were taken several times", lambda: accepted() > first + 24, 30)
        answer = person.stranger().post("/api/v1/login", {"conversation": question.json["conversation"], "answers": ["123456"]})
        assert answer.status == 200, answer


SLOW_BODIES = r"""
import socket, ssl, sys, time
unchecked = ssl.create_default_context()
unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
held, refused = [], 0
head = "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 16000\r\n\r\n{{"
for n in range(400):
    plain = socket.create_connection(("127.0.0.1", 443), 10, source_address=(f"127.2.{n % 200}.{1 + n // 200}", 0))
    tls = unchecked.wrap_socket(plain, server_hostname=sys.argv[1])
    path = "/api/v1/login" if n % 2 else "/api/v1/boards"
    tls.sendall(head.format(path, sys.argv[1]).encode())
    held.append(tls)
print(len(held), flush=True)
end = time.monotonic() + 60
while time.monotonic() < end:
    for tls in held:
        try:
            tls.sendall(b" ")
        except OSError:
            pass
    time.sleep(2)
"""


def test_bodies_that_come_slowly(lab, everyday):
    open_ones = lambda: lab.exec("sh", "-c", "ss -Htn state established '( sport = :443 )' | wc -l").strip()
    with everyday.stays_quick() as measure:
        attack = lab.start("runuser", "-u", "carol", "--", "prlimit", "--nofile=4096", "python3", "-c", SLOW_BODIES, everyday.person.host)
        try:
            assert attack.stdout.readline() == "400\n", attack.stderr.read()
            until("nginx has dropped most of them", lambda: int(open_ones()) < 200, 30)
            measure()
        finally:
            attack.terminate()
            attack.wait()

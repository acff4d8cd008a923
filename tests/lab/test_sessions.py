# SPDX-License-Identifier: MIT
"""The list of sessions: named, distinguished, and ended one by one."""
import hashlib

from client import Client
from machine import until


def another(member, **more):
    return Client(member.url, member.ca, member.user, member.password).login(**more)


def test_logins_are_listed_named_and_ended_one_by_one(lab, make_account):
    here = make_account().login()
    laptop = another(here, name="laptop")
    listed = laptop.get("/api/v1/sessions").json["sessions"]
    assert [s["current"] for s in listed].count(True) == 1
    mine = next(s for s in listed if s["current"])
    other = next(s for s in listed if not s["current"])
    assert mine["name"] == "laptop" and other["name"] == ""
    assert mine["address"] and mine["created"] <= mine["last_used"] <= mine["expires"]
    assert laptop.cookie not in str(listed)
    assert hashlib.sha256(laptop.cookie.encode()).hexdigest() not in str(listed)

    assert laptop.send("PATCH", f"/api/v1/sessions/{other['id']}", {"name": "desk"}).status == 204
    assert {s["name"] for s in here.get("/api/v1/sessions").json["sessions"]} == {"laptop", "desk"}

    tickets = lambda: lab.exec("ls", "/var/lib/boardgate-root/tickets").split()
    assert hashlib.sha256(here.cookie.encode()).hexdigest() in tickets()
    assert laptop.delete(f"/api/v1/sessions/{other['id']}").status == 204
    assert here.get("/api/v1/session").code == "unauthenticated"
    until("its ticket is revoked", lambda: hashlib.sha256(here.cookie.encode()).hexdigest() not in tickets())
    assert laptop.is_logged_in()


def test_nobody_names_or_ends_the_login_of_another(make_account):
    one, other = make_account().login(), make_account().login()
    (theirs,) = other.get("/api/v1/sessions").json["sessions"]
    assert one.delete(f"/api/v1/sessions/{theirs['id']}").code == "no_such_session"
    assert one.send("PATCH", f"/api/v1/sessions/{theirs['id']}", {"name": "x"}).code == "no_such_session"
    assert other.is_logged_in()


def test_names_and_ends_outlive_a_restart(lab, make_account):
    here = make_account().login()
    laptop = another(here, name="laptop")
    lab.systemctl("restart", "boardgated.service")
    listed = laptop.get("/api/v1/sessions").json["sessions"]
    assert sorted(s["name"] for s in listed) == ["", "laptop"]
    assert next(s for s in listed if s["current"])["name"] == "laptop"

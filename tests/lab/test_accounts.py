# SPDX-License-Identifier: MIT
"""Accounts as directory services and file servers have them: names with blanks, no home, homes that are shared, full or read-only."""
import re

import pytest

from client import Client
from fixtures import in_state

BLANK = "boardgate takes no account whose name has a blank"


@pytest.fixture
def account(lab, site, make_account):
    """account(): a person with a home, not logged in. account.named(name): the same account under a name that useradd refuses."""
    def make():
        return make_account()

    def named(name):
        person = make_account()
        was, person.user = person.user, name
        renamed.append((person, was))
        rename(lab, was, name)
        return person

    renamed = []
    make.named = named
    yield make
    for person, was in renamed:
        if person.cookie and person.is_logged_in():
            for board in person.boards():
                person.delete(f"/api/v1/boards/{board['id']}")
        rename(lab, person.user, was)
        person.user = was


RENAME = r"""
import json, sys
was, name = sys.argv[1:]
for path in ("/etc/passwd", "/etc/shadow"):
    lines = open(path).read().split("\n")
    open(path, "w").write("\n".join(name + line[len(was):] if line.startswith(was + ":") else line for line in lines))
print(json.dumps(None))
"""


def rename(lab, was, name):
    """Not by usermod, which refuses what directory services allow."""
    lab.python(RENAME, was, name)


def uid_of(lab, person):
    return lab.exec("id", "-u", person.user).strip()


def shell(lab, person, *words, home=None):
    """`boardgate word ...` as that person, however the account is called."""
    uid = uid_of(lab, person)
    home = home or lab.exec("sh", "-euc", 'getent passwd "$1" | cut -d: -f6', "home", uid).strip()
    return lab.verb("exec", "setpriv", "--reuid", uid, "--regid", uid, "--init-groups", "env", "-i", "-C", "/", f"HOME={home}", "LANG=C.UTF-8",
                    "PATH=/usr/bin:/bin", "boardgate", *words, check=False)


def test_a_name_with_a_blank_is_refused_with_the_true_reason(lab, account):
    person = account.named("erik de vries")
    began = lab.epoch()
    refused = person.try_login(person.user, person.password)
    assert refused.status == 401 and BLANK in refused.problem["detail"], refused
    told = shell(lab, person, "ls")
    assert told.returncode == 1 and BLANK in told.stderr, told
    journal = lab.journalctl("-o", "cat", "--since", began, "-u", "boardgated", "-u", "boardgate-local")
    assert re.search(rf"login refused for erik\\x20de\\x20vries from \S+: {BLANK}", journal), journal
    assert re.search(rf"login refused for erik de vries from this server: {BLANK}", journal), journal


def test_a_unit_is_found_by_the_name_that_systemd_escape_prints(lab, account, in_lab_runs):
    person = account.named("LAB\\erik-" + account().user).login()
    board = person.post("/api/v1/boards", {"logdir": in_lab_runs(person), "new": True}).json
    found = lab.exec("sh", "-euc", 'systemctl status --no-pager "tensorboard-$(systemd-escape "$1")-*"', "status", person.user)
    assert board["id"] in found, found
    owners = lab.exec("sh", "-euc", "systemctl list-units --all --no-legend 'tensorboard-*'")
    assert f"{person.user}'s board {board['id']}" in owners, owners


def test_a_per_cent_sign_in_a_name_stays_what_it_is(lab, account, in_lab_runs):
    person = account.named(f"{account().user}%h").login()
    board = person.post("/api/v1/boards", {"logdir": in_lab_runs(person), "new": True, "wake": True}).json
    board = in_state(person, board, "ready")
    for _ in range(2):
        assert lab.property(board["unit"], "Description") == f"TensorBoard {board['id']} of {person.user}"
        assert lab.property(board["unit"].replace(".service", ".socket"), "Description") == f"Door of {person.user}'s board {board['id']}"
        # It reads the units' files again.
        lab.systemctl("daemon-reload")


@pytest.fixture
def in_lab_runs(lab):
    """in_lab_runs(person): a folder of theirs with runs."""
    def make(person):
        uid = uid_of(lab, person)
        folder = f"/srv/of-{uid}"
        lab.exec("install", "-d", "-o", uid, "-g", uid, "-m", "700", folder)
        lab.exec("setpriv", "--reuid", uid, "--regid", uid, "--clear-groups", "/usr/local/bin/write-events", "--points", "5", f"{folder}/runs")
        made.append(folder)
        return f"{folder}/runs"

    made = []
    yield make
    for folder in made:
        lab.exec("rm", "-rf", folder)


def test_a_person_without_a_home_logs_in_and_reads_what_is_missing(lab, account, in_lab_runs):
    person = account()
    home = f"/home/{person.user}"
    lab.exec("mv", home, f"/home/.{person.user}")
    try:
        person.login()
        missing = f"your home directory {home} does not exist on this server"
        for answer in (person.get("/api/v1/runs"), person.get("/api/v1/logdirs?path=~"),
                       person.post("/api/v1/boards", {"logdir": "~/runs", "new": True})):
            assert answer.status in (400, 422) and missing in answer.problem["detail"], answer
        told = shell(lab, person, "runs", home=home)
        assert told.returncode == 1 and missing in told.stderr, told
        # What is elsewhere works.
        board = person.post("/api/v1/boards", {"logdir": in_lab_runs(person), "new": True, "wake": True})
        assert board.status == 201, board
        person.delete(f"/api/v1/boards/{board.json['id']}")
    finally:
        lab.exec("mv", f"/home/.{person.user}", home)


@pytest.mark.parametrize("fault", ["read-only", "full"])
def test_a_home_that_takes_nothing_costs_no_session(lab, account, fault):
    person = account().login()
    home, uid = f"/home/{person.user}", uid_of(lab, person)
    options = {"read-only": f"size=1m,mode=700,uid={uid},gid={uid},ro", "full": f"size=16k,mode=700,uid={uid},gid={uid}"}[fault]
    lab.exec("mount", "-t", "tmpfs", "-o", options, "home", home)
    try:
        if fault == "full":
            lab.exec("sh", "-uc", 'cd "$1"; mkdir -p .config/boardgate; cat /dev/zero >full 2>&-; chown -R "$2:$2" .', "fill", home, uid)
        for _ in range(12):
            done = shell(lab, person, "ls", home=home)
            assert done.returncode == 0 and "cannot save the session in" in done.stderr and home in done.stderr, done
        assert person.is_logged_in(), "the browser's session was ended"
        names = [one["name"] for one in person.get("/api/v1/sessions").json["sessions"]]
        assert not [name for name in names if name.startswith("boardgate on")], names
    finally:
        lab.exec("umount", home)


@pytest.fixture
def shared_home(lab, make_account):
    """(keeper, member, group, folder): keeper's home is a folder of a group, and member is in the group."""
    keeper, member = make_account(), make_account()
    group, folder = f"g{keeper.user[1:]}", f"/srv/{keeper.user}"
    lab.exec("sh", "-euc", """
        groupadd "$3"; usermod --append --groups "$3" "$2"
        # An earlier test's account may have had this number: its folder reader has other groups.
        systemctl stop "boardgate-logdirs@$(id -u "$2").service"
        install -d -o "$1" -g "$3" -m 2770 "$4"
        sed -i "s|^\\($1:.*\\):/home/$1:|\\1:$4:|" /etc/passwd  # usermod refuses while a folder reader runs
        install -d -o "$1" -g "$1" -m 0755 "$4/keepers"
        runuser -u "$2" -- mkdir "$4/members"
        cp -r /home/alice/runs "$4/together"; chmod -R g+rX "$4/together"; chgrp -R "$3" "$4/together"
        cp -r /home/alice/runs "$4/members/"; chown -R "$2:" "$4/members"
    """, "shared", keeper.user, member.user, group, folder)
    yield keeper, member, group, folder
    lab.exec("sh", "-uc", 'sed -i "s|^\\($1:.*\\):$3:|\\1:/home/$1:|" /etc/passwd; rm -rf "$3"; groupdel "$2"', "undo", keeper.user, group, folder)


def board_on(person, folder):
    made = person.post("/api/v1/boards", {"logdir": folder, "new": True})
    if made.status == 201:
        person.delete(f"/api/v1/boards/{made.json['id']}")
    return made.status, made.json.get("code"), made.json.get("detail", "") if made.status not in (201, 409) else ""


def test_a_home_that_is_the_groups_folder_is_the_groups(lab, site, shared_home):
    keeper, member, group, folder = shared_home
    member.login()
    for below in ("together", "members/runs"):
        assert board_on(member, f"{folder}/{below}") == (201, None, ""), below
    # The owner takes the choice back: what a umask leaves readable is private, but one's own stays one's own.
    lab.exec("chmod", "0755", folder)
    lab.exec("sh", "-euc", 'chmod g-s "$1/together"', "chmod", folder)
    assert board_on(member, f"{folder}/together") == (409, "logdir_foreign", "")
    assert board_on(member, f"{folder}/members/runs") == (201, None, "")
    # A link is judged by where it leads.
    home = f"/home/{member.user}"
    lab.exec("ln", "-s", f"{folder}/together", f"{home}/link")
    assert board_on(member, f"{home}/link") == (409, "logdir_foreign", "")
    lab.exec("ln", "-sfn", f"{folder}/members/runs", f"{home}/link")
    assert board_on(member, f"{home}/link") == (201, None, "")
    # Nobody else's becomes readable by it.
    stranger = Client(*site, user="bob", password="bob-lab").login()
    assert board_on(stranger, f"{folder}/together") == (409, "logdir_foreign", "")

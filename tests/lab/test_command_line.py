# SPDX-License-Identifier: MIT
"""boardgate(1) for people and scripts: on the server without a login, and on another machine with a password."""
import json
import re
import subprocess
from pathlib import Path

import pytest

from fixtures import accounts, in_state
from machine import until

DONE, REFUSED, USAGE, UNREACHABLE = 0, 1, 2, 3
LOGIN_FILE = ".config/boardgate"
TOP = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def person(lab, site):
    with accounts(lab, site) as make:
        person = make().login()
        lab.exec("/usr/local/bin/write-events", "--points", "5", f"/home/{person.user}/runs", user=person.user)
        yield person


@pytest.fixture
def shell(lab, person):
    """shell(word, ...): `boardgate word ...` in that person's home; what it printed and how it ended."""
    home = f"/home/{person.user}"
    if not person.is_logged_in():
        person.login()

    def run(*words, status=DONE, **environment):
        done = lab.verb("exec", *in_shell(person, *words, **environment), check=False)
        assert done.returncode == status, (words, done)
        # Scripts read standard output, people standard error.
        assert bool(done.stderr) == (status != DONE), (words, done)
        return done.stderr if status else done.stdout

    run.person, run.home = person, home
    yield run
    if not person.is_logged_in():
        person.login()
    for board in person.boards():
        person.delete(f"/api/v1/boards/{board['id']}")
    lab.exec("rm", "-rf", f"{home}/{LOGIN_FILE}")


def in_shell(person, *words, **environment):
    home = f"/home/{person.user}"
    more = [f"{name}={value}" for name, value in environment.items()]
    return ("runuser", "-u", person.user, "--", "env", "-i", "-C", home, f"HOME={home}", "LANG=C.UTF-8", "PATH=/usr/bin:/bin", *more,
            "boardgate", *words)


def test_a_board_from_start_to_rm(shell, site):
    url, _ = site
    address = shell("start", "runs", "--title", "From a shell", "--wait").strip()
    board_id = re.fullmatch(rf"{re.escape(url)}/b/([a-z2-9]{{8}})/", address)[1]
    board = shell.person.board(board_id)
    assert (board["state"], board["logdir"], board["title"]) == ("ready", f"{shell.home}/runs", "From a shell")
    assert shell.person.get(f"{board['url']}data/environment").status == 200
    head, row = shell("ls").splitlines()
    assert head.split() == ["ID", "STATE", "TITLE", "LOGDIR"]
    assert row.split() == [board_id, "ready", "From", "a", "shell", f"{shell.home}/runs"]
    assert shell("open", board_id[:4]).strip() == address
    assert "Press CTRL+C to quit" in until("TensorBoard has said it", lambda: shell("logs", board_id))
    assert shell("sleep", board_id).split() == [board_id, "asleep"]
    assert shell("wake", board_id).split()[0] == board_id
    in_state(shell.person, board, "ready")
    assert shell("restart", board_id).split()[0] == board_id
    assert shell("rm", board_id).startswith(f"deleted {board_id} From a shell; ")
    assert shell("ls").split() == head.split()
    assert board_id in shell("ls", "--deleted") and shell("restore", "From a shell").strip() == address
    assert shell("ls").splitlines()[1].split()[0] == board_id


def test_every_answer_is_json_where_a_script_wants_it(shell):
    made = json.loads(shell("start", "runs", "--json", "--port=16777", "--reload_interval", "7", "--load_fast=false", "--idle-sleep=60"))
    assert (made["port"], made["reload_interval"], made["fast_loader"], made["idle_sleep"]) == (16777, 7, "off", 60)
    assert [b["id"] for b in json.loads(shell("ls", "--json"))["boards"]] == [made["id"]]
    assert made["state"] == "asleep" and made["address"] == shell("url", "runs").strip(), "it starts when somebody looks"
    shell("wake", made["id"])
    in_state(shell.person, made, "ready")
    last = lambda: json.loads(shell("logs", "--json", "-n", "2", made["id"]))["lines"]  # noqa: E731
    until("TensorBoard has said it", lambda: "Press CTRL+C" in "".join(line["text"] for line in last()))
    assert len(last()) == 2
    # When it is waited for: the board as it is then.
    assert json.loads(shell("start", "runs/sweep", "--json", "--wait"))["state"] == "ready"
    listed, seen = json.loads(shell("runs", "--json")), shell.person.get("/api/v1/runs?limit=100").json
    # Both looked by themselves, and when they did is a second of the clock.
    assert {**listed, "as_of": None} == {**seen, "as_of": None}
    for command in ("open", "sleep", "wake", "restart", "rm"):
        assert json.loads(shell(command, "--json", made["id"]))["id"] == made["id"], command
    assert json.loads(shell("tokens", "--json"))["sessions"]
    assert json.loads(shell("login", "--json"))["user"] == shell.person.user
    assert json.loads(shell("logout", "--json")) == {}


def test_a_restarted_board_is_the_same_board(lab, shell):
    def start(*words):
        done = lab.verb("exec", *in_shell(shell.person, "start", *words, "--wait"))
        return done.stdout, "--new makes another" in done.stderr
    first, told = start("runs", "--title", "X")
    assert not told
    shell("sleep", first.rstrip("/\n")[-8:])
    assert start("runs") == (first, True)
    assert start("runs", "--title", "X") == (first, True) == start("./runs/", "--title", "Y")
    assert [board["title"] for board in shell.person.boards()] == ["Y"]
    others = {start("runs", "--new")[0], start("runs", "runs/sweep")[0], start("runs/sweep")[0]}
    assert len(others | {first}) == 4


def test_a_board_is_named_by_folder_or_title(lab, shell):
    run = lambda *words: lab.verb("exec", *in_shell(shell.person, *words))  # noqa: E731
    first = json.loads(shell("start", "runs", "--json", "--title", "Night run"))
    assert shell("open", "runs").strip() == shell("open", "Night run").strip() == first["address"]
    assert shell("set", "runs", "--title", "Day run", "--idle-sleep", "30min") == f"changed {first['id']} Day run\n"
    assert shell.person.board(first["id"])["idle_sleep"] == 1800
    second = json.loads(run("start", "runs", "--new", "--json").stdout)
    said = run("open", f"{shell.home}/runs")
    assert said.stdout.strip() == second["address"] and second["id"] in said.stderr and "newest" in said.stderr
    assert shell("rm", first["id"], second["id"]).count("deleted ") == 2
    assert not shell.person.boards()
    assert "is no duration" in shell("start", "runs", "--idle-sleep", "soon", status=USAGE)


def test_a_linked_home_is_the_same_folder(lab, shell):
    """systemd#3867: /home is a link to /export/home."""
    lab.exec("sh", "-euc", "mkdir -p /export && ln -sfn /home /export/home")
    try:
        board = json.loads(shell("start", "runs", "--json"))
        there = f"/export{shell.home}/runs"
        assert shell("url", there).strip() == board["address"] == shell("open", there).strip()
        assert lab.verb("exec", *in_shell(shell.person, "start", there)).stdout.strip() == board["address"]
        assert len(shell.person.boards()) == 1
    finally:
        lab.exec("rm", "-r", "/export")


def test_the_long_list_has_address_runs_and_failure(shell):
    board = json.loads(shell("start", "runs", "--json"))
    head, row = shell("ls", "-l").splitlines()
    assert head.split() == ["ID", "STATE", "TITLE", "ADDRESS", "RUNS", "FAILURE", "LOGDIR"]
    assert board["address"] in row and re.search(r" [1-9]\d* +- +/home", row), row
    assert json.loads(shell("ls", "--json"))["boards"][0]["address"] == board["address"]


def test_an_unknown_command_suggests_what_was_meant(shell):
    for word, meant in (("statr", "start"), ("lgos", "logs"), ("slepe", "sleep")):
        assert f'did you mean "{meant}"?' in shell(word, status=USAGE)
    assert "did you mean" not in shell("dance", status=USAGE)


def test_the_present_folder_is_the_one_that_is_meant(shell):
    made = json.loads(shell("start", "--json"))
    assert made["logdir"] == shell.home
    made = json.loads(shell("start", "--json", "./runs/../runs/sweep/"))
    assert made["logdir"] == f"{shell.home}/runs/sweep"


def test_a_refusal_is_said_and_ends_with_1(shell, alice, make_board):
    for words, said in ((("start", "nothing-here"), f"{shell.home}/nothing-here"), (("start", "/home/bob/runs"), "/home/bob/runs"),
                        (("start", "gs://bucket/x"), "gs://bucket/x"),
                        (("start", "runs", "--priority=1000"), "priority"), (("start", "runs", "--port=22"), "port"),
                        (("start", "runs", "--environment=none"), "environment"), (("start", "runs", "--preset=none"), "none"),
                        (("sleep", "aaaaaaaa"), "aaaaaaaa"), (("doctor", "aaaaaaaa"), "aaaaaaaa"), (("rm", make_board(alice)["id"]), "you have no board")):
        line = shell(*words, status=REFUSED)
        assert line.startswith("boardgate: ") and said in line and line.count("\n") == 1, (words, line)
    assert shell("ls").count("\n") == 1


def test_what_cannot_be_understood_ends_with_2(shell):
    for words in ((), ("dance",), ("start", "--colour=red"), ("start", "--port=many"), ("start", "runs", "--path_prefix=/x"), ("rm",),
                  ("sleep", "a", "b"), ("hold", "x"), ("logs", "-n", "0", "aaaaaaaa"), ("start", "--reload_multifile=maybe")):
        shell(*words, status=USAGE)
    assert "start" in shell("--help") and "--port" in shell("start", "--help")
    assert re.fullmatch(r"boardgate [0-9.]+\S*\n", shell("--version"))


def test_a_server_that_does_not_answer_ends_with_3(shell):
    for server in ("https://127.0.0.1:1", "127.0.0.1:80", "https://nobody.example"):
        line = shell("login", "--server", server, "--user", "alice", status=UNREACHABLE)
        assert server.removeprefix("https://") in line, line


def test_a_certificate_is_trusted_when_the_person_names_its_authority(lab, shell):
    words = ("login", "--server", f"{lab.name}.lab.test", "--user", shell.person.user)
    assert "does not trust its certificate" in shell(*words, status=UNREACHABLE)
    # It stops at the password prompt.
    assert "password is wrong" in shell(*words, status=REFUSED, SSL_CERT_FILE="/etc/boardgate/authority.crt")


def test_a_laptop_has_the_same_verbs(site, shell, tmp_path):
    url, authority = site

    def laptop(*words, status=DONE, typed=""):
        done = subprocess.run([TOP / "build/bin/boardgate", *words], env={"HOME": str(tmp_path), "SSL_CERT_FILE": authority}, input=typed,
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == status, (words, done)
        return done.stdout + done.stderr
    assert "not logged in" in laptop("ls", status=REFUSED)
    assert f"as {shell.person.user}" in laptop("login", "--server", f"{url}:443/b/abcdefgh/", typed=f"{shell.person.user}\n{shell.person.password}\n")
    assert f"Log directories are folders on {url}" in laptop("start", "nowhere", status=REFUSED)
    assert f"name a folder on {url}" in laptop("start", status=REFUSED)
    below_home = laptop("start", "runs").strip()
    assert shell.person.board(below_home.rstrip("/")[-8:])["logdir"] == f"{shell.home}/runs"
    login_file, = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert login_file.stat().st_mode & 0o777 == 0o600
    address = laptop("start", f"{shell.home}/runs", "--wait").strip().splitlines()[0]
    assert address == below_home
    board = address.removeprefix(f"{url}/b/").rstrip("/")
    assert shell.person.board(board)["state"] == "ready"
    assert laptop("open", board[:5]).strip() == address and board in laptop("ls")
    assert f"{shell.home}/runs" in laptop("runs")
    assert f"fine   board {board} is ready" in laptop("doctor", board[:5]) and f"you are logged in to {url}" in laptop("doctor")
    laptop("rm", board)
    laptop("logout")
    assert "not logged in" in laptop("ls", status=REFUSED) and not login_file.exists()


def test_without_a_session_the_kernel_names_the_caller(lab, shell):
    assert json.loads(shell("login", "--json"))["user"] == shell.person.user
    kept = lab.exec("find", f"{shell.home}/{LOGIN_FILE}", "-type", "f", "-printf", "%m %u\\n")
    assert kept == f"600 {shell.person.user}\n"
    # HOME may belong to another user, as after su, or not exist.
    for environment in (["HOME=/root"], []):
        lab.exec("rm", "-r", f"{shell.home}/{LOGIN_FILE}")
        assert lab.exec("env", "-i", *environment, "setpriv", "--reuid", str(shell.person.get("/api/v1/session").json["uid"]), "--clear-groups",
                        "boardgate", "ls").startswith("ID")
        assert lab.exec("find", f"{shell.home}/{LOGIN_FILE}", "-type", "f", "-printf", "%m %u\\n") == kept
    # It logs in again by itself after the session has ended.
    shell.person.delete("/api/v1/sessions")
    assert shell("ls").count("\n") == 1
    shell("logout")
    assert not lab.succeeds("grep", "-rq", ".", f"{shell.home}/{LOGIN_FILE}")
    assert "not logged in" in shell("logout", status=REFUSED)
    # An account that may not log in gets no ticket.
    for user in ("nobody", "www-data", "root"):
        done = lab.verb("exec", "runuser", "-u", user, "--", "env", "HOME=/tmp", "boardgate", "ls", check=False)
        assert done.returncode == REFUSED and "may not use boardgate" in done.stderr, (user, done)


def test_a_log_is_followed_until_somebody_stops_it(lab, shell):
    board = json.loads(shell("start", "runs", "--json", "--wait"))
    with lab.start(*in_shell(shell.person, "logs", "-f", board["id"])) as following:
        try:
            seen = ""
            while "Press CTRL+C" not in seen:
                line = following.stdout.readline()
                assert line, "it ended by itself"
                seen += line
            assert following.poll() is None
        finally:
            following.terminate()


def test_from_elsewhere_a_person_logs_in_with_a_password(lab, shell, site):
    url, _ = site
    shell("logout", status=REFUSED)
    log_in = ("{}", "login", "--server", url, "--user", shell.person.user)
    said = lab.python(AT_A_TERMINAL, shell.person.user, shell.person.password + "?", *log_in, user=shell.person.user)
    assert said["status"] == REFUSED and "password" in said["text"].lower(), said
    said = lab.python(AT_A_TERMINAL, shell.person.user, shell.person.password, *log_in, user=shell.person.user)
    assert said["status"] == DONE and f"logged in to {url} as {shell.person.user}" in said["text"], said
    assert shell.person.password not in said["text"], "the password was shown while it was typed"
    assert shell("ls").count("\n") == 1
    # The session has ended, and its token is invalid.
    shell.person.login().delete("/api/v1/sessions")
    assert "log in again" in shell("ls", status=REFUSED)


def test_a_terminal_of_sixty_columns_holds_the_list_in_colours(lab, shell):
    board = json.loads(shell("start", "runs/sweep", "--json", "--wait", "--title", "a title that is much longer than any terminal is wide"))
    in_state(shell.person, board, "ready")
    green = "\033[32mready\033[0m"

    def listed(**environment):
        said = lab.python(AT_A_TERMINAL, shell.person.user, "", json.dumps(environment), "ls", user=shell.person.user)
        assert said["status"] == DONE, said
        return said["text"]
    lines = listed().replace(green, "ready").splitlines()
    assert len(lines) == 2 and [len(line) for line in lines] <= [60, 60], lines
    assert "a title" in lines[1] and "…" in lines[1] and "/home" in lines[1], lines
    assert green in listed() and "\033" not in listed(NO_COLOR="1") + shell("ls")


def test_a_log_keeps_its_colours_at_a_terminal_and_steers_nothing(lab, shell, settings):
    lab.write("/opt/colourful/bin/tensorboard", "#!/bin/sh\nprintf '\\033[31mred\\033[0m \\033[2Jgone\\n'\nexit 3\n", mode="0755")
    settings(environments={"colourful": "/opt/colourful/bin/tensorboard"})
    board = shell.person.login().post("/api/v1/boards", {"logdir": f"/home/{shell.person.user}/runs", "environment": "colourful", "new": True, "wake": True}).json
    in_state(shell.person, board, "failed")
    said = lab.python(AT_A_TERMINAL, shell.person.user, "", "{}", "logs", board["id"], user=shell.person.user)["text"]
    assert "\033[31mred\033[0m" in said and "\033[2J" not in said, said
    assert "\033" not in shell("logs", board["id"])


AT_A_TERMINAL = r"""
import fcntl, json, os, pty, struct, sys, termios
user, password, environment, *words = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    os.chdir(f"/home/{user}")
    os.execve("/usr/bin/boardgate", ["boardgate", *words], {"HOME": f"/home/{user}", "PATH": "/usr/bin:/bin", **json.loads(environment)})
text, told = "", False
while True:
    try:
        part = os.read(terminal, 4096).decode()
    except OSError:
        break
    if not part:
        break
    text += part
    if not told and "assword:" in text:
        told = True
        os.write(terminal, password.encode() + b"\n")
print(json.dumps({"status": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), "text": text}))
"""


def test_doctor_finds_a_sound_server_sound_for_a_person_too(shell):
    assert "fine" in shell("doctor")

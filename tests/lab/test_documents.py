# SPDX-License-Identifier: MIT
"""The commands in the documents work."""
import re
import shlex
from pathlib import Path

import pytest

from fixtures import wait_for_gate
from machine import until

TOP = Path(__file__).resolve().parents[2]
# They open an editor, do not end, or need a program that the lab does not have.
# Administrators log in for `boardgate hold`; test_administration.py has it.
LEFT_OUT = r" edit | -f\b|^curl |^boardgate hold "


def day_to_day():
    section = (TOP / "README.md").read_text().split("## Day to day")[1].split("##")[0]
    return [line.split(" #")[0].strip().replace("LAB\\erik", "alice") for line in section.splitlines() if line.startswith("    ")]


def administration():
    page = (TOP / "man/boardgate.7").read_text().split(".Sh ADMINISTRATION")[1].split(".El")[0]
    plain = page.replace(r"\(dq", '"').replace(r"\e", "\\").replace("LAB\\erik", "alice")
    return re.findall(r"(?m)^\.It Ic (.*)$", plain)


def edits():
    """Of boards on this server: this lab has no cluster."""
    texts = [(TOP / "README.md").read_text(), *[path.read_text() for folder in ("man", "systemd", "systemd/*.d") for path in TOP.glob(f"{folder}/*.*") if path.is_file()]]
    return sorted({found.strip() for text in texts for found in re.findall(r"systemctl edit(?: --force)? tensorboard(?!\.slurm)[\w.-]*?\.(?:service|slice)", text)})


# An administrator at a terminal: systemctl opens an editor there and nowhere else.
AT_A_TERMINAL = """
import os, pty, sys
command, unit, section = sys.argv[1:]
# Newer versions name a line before the file.
open("/tmp/editor", "w").write(f"#!/bin/sh\\nfor file; do :; done\\nprintf '[{section}]\\\\nTasksMax=99\\\\n' >$file\\n")
os.chmod("/tmp/editor", 0o755)
os.environ["SYSTEMD_EDITOR"] = "/tmp/editor"
sys.exit(os.waitstatus_to_exitcode(pty.spawn(command.split())))
"""

COMMANDS = sorted({c for c in [*day_to_day(), *administration()] if not re.search(LEFT_OUT, c) and c != "boardgate doctor"})


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_that_doctor_prints_work(lab, alice, ready_board, command):
    board = ready_board(alice)
    done = lab.verb("exec", "sh", "-c", f"{command} </dev/null", check=False)
    assert done.returncode == 0 and done.stdout.strip(), done
    if "tensorboard-" in command:
        assert board["id"] in done.stdout or shlex.split(command)[0] == "journalctl", done.stdout


def test_each_question_of_an_administrator_has_a_command():
    """What runs, what one person runs, whether the gate is open, what was logged. LEFT_OUT has the others."""
    questions = ("systemctl list-units 'tensorboard-", "systemctl status 'tensorboard-alice-", "systemctl status boardgate-gate", "journalctl -x ")
    assert [sum(c.startswith(q) for c in COMMANDS) for q in questions] == [1, 1, 1, 1], COMMANDS
    assert 'systemctl status "tensorboard-$(systemd-escape \'alice\')-*"' in COMMANDS


@pytest.mark.parametrize("command", edits())
def test_limits_change_as_the_manual_says(lab, alice, ready_board, command):
    unit = command.split()[-1]
    kind = unit.rsplit(".")[-1].capitalize()
    changed = {"tensorboard.slice": unit, "tensorboard-.slice": "tensorboard-u1000.slice"}.get(unit)
    try:
        lab.exec("/usr/bin/python3", "-I", "-c", AT_A_TERMINAL, command, unit, kind)
        board = ready_board(alice)
        assert lab.property(changed or board["unit"], "TasksMax") == "99"
    finally:
        lab.exec("sh", "-c", f"rm -r /etc/systemd/system/{unit}.d; systemctl daemon-reload")


def test_every_such_limit_is_shown():
    assert {command.split()[-1] for command in edits()} == {"tensorboard.slice", "tensorboard-.slice", "tensorboard-.service"}


def blocks():
    """The commands of README and docs/: (page, lines of an indented block without their comments)."""
    found = []
    for page in [TOP / "README.md", *sorted((TOP / "docs").glob("*.md"))]:
        for block in re.findall(r"(?m)(?:^ {4}.*\n)+", page.read_text()):
            # The drawing of the parts is none.
            if "──" not in block:
                found.append((page.name, [re.sub(r"\s+#.*", "", line).strip() for line in block.splitlines()]))
    return found


# What no test of this file runs as it is written, and the test or the reason.
NOT_HERE = {
    r"make (demo|check)$": "they are what runs this test",
    r"apt-get install -y \./boardgate_\*\.deb$": "tests/lab/test_package.py::test_setup_makes_it_a_server",
    r"boardgate setup( --yes .*--self-signed)?$": "tests/lab/test_package.py::test_setup_makes_it_a_server",
    r"boardgate setup --yes .*--certbot ": "needs a name in the internet; tests/unit/cli/setup_test.cc has the answers",
    r"boardgate setup --yes .*--certificate ": "asks for files of the site's own; tests/unit/cli/setup_test.cc has the answers",
    r"build-aux/deps build ": "needs a network; every lab is built so",
    r"apt-get install -y nginx ": "needs a network; tests/lab/tree has the packages",
    r"make activate \|\| ": "tests/lab/test_installing.py::test_an_upgrade_leaves_boards_awake_and_people_logged_in",
    r"rsync -a --inplace train:": "tests/lab/test_replaced_files.py::test_what_tensorboard_shows_with_each_loader_is_what_the_table_says",
    r"systemctl edit --force ": "tests/lab/test_documents.py::test_limits_change_as_the_manual_says",
    r"journalctl .* -f$|boardgate logs -f ": "tests/lab/test_command_line.py::test_a_log_is_followed_until_somebody_stops_it",
    r"squeue --name |systemctl list-units 'tensorboard\*'": "tests/lab/test_cluster_boards.py::test_it_moves_between_the_server_and_the_cluster",
    r"curl --unix-socket ": "tests/lab/test_metrics.py::test_only_root_and_the_group_may_ask",
}
OF_PEOPLE = r"boardgate (start|ls|url|share|unshare)\b"


def of_administrators():
    """Blocks of docs/operate.md, which follow each other: backup, then its restoration."""
    return [lines for page, lines in blocks() if page == "operate.md"]


def test_every_command_of_the_documents_is_tried_or_says_why():
    used = set()
    for page, lines in blocks():
        for line in lines:
            fits = {pattern for pattern in NOT_HERE if re.match(pattern, line)}
            used |= fits
            tried = fits or page == "operate.md" or re.match(OF_PEOPLE, line) or line.replace("LAB\\erik", "alice") in [*COMMANDS, "boardgate doctor"]
            assert tried, f"{page}: {line}: no test tries this command, and NOT_HERE does not say why"
    assert used == set(NOT_HERE), "a reason without a command"
    for reason in NOT_HERE.values():
        for name, test in re.findall(r"(tests/[\w/]+\.(?:py|cc))(?:::(\w+))?", reason):
            assert re.search(rf"def {test}\b" if test else "", (TOP / name).read_text()), reason


def test_commands_of_people_work(lab, alice, ready_board):
    board = ready_board(alice)
    commands = [line for _, lines in blocks() for line in lines if re.match(OF_PEOPLE, line)]
    assert len(commands) >= 7, commands
    lab.exec("groupadd", "--force", "--users", "bob", "vision")
    try:
        for command in commands:
            command = re.sub(r"\bk3f9(x2ab)?\b", board["id"], command).replace("runs/night", "runs").replace("~/runs/sweep3", board["id"])
            done = lab.verb("exec", "runuser", "-u", "alice", "--", "sh", "-c", f"cd; {command.replace('2026-12-31', '14d')}", check=False)
            assert done.returncode == 0, (command, done)
    finally:
        lab.exec("groupdel", "vision")


def test_operating_works_as_it_is_written(lab, alice, ready_board):
    board = ready_board(alice)
    pid = lab.property(board["unit"], "MainPID")
    [backup] = [lines for lines in of_administrators() if any("-czf" in line for line in lines)]
    [restore] = [lines for lines in of_administrators() if any("-xzpf" in line for line in lines)]
    for lines in of_administrators():
        if lines not in (backup, restore):
            done = lab.verb("exec", "sh", "-euc", "\n".join(lines) + "\n", check=False)
            assert done.returncode == 0, (lines, done)

    def works():
        wait_for_gate(lab)
        return until("people are let in", lambda: alice.get("/api/v1/boards").status == 200 and alice.boards())

    lab.exec("sh", "-euc", "\n".join(backup))
    try:
        assert board["id"] in [one["id"] for one in works()]
        assert lab.property(board["unit"], "MainPID") == pid, "the board was stopped"
        assert lab.exec("stat", "-c", "%a", "/var/lib/boardgate-root").strip() == "700"
        alice.send("PATCH", f"/api/v1/boards/{board['id']}", {"title": "after the backup"})
        lab.exec("sh", "-euc", "\n".join(restore))
        titles = [one["title"] for one in works() if one["id"] == board["id"]]
        assert titles and titles != ["after the backup"], titles
        assert lab.exec("stat", "-c", "%a", "/var/lib/boardgate-root").strip() == "700"
    finally:
        lab.exec("rm", "-f", "/root/boardgate.tar.gz")

# SPDX-License-Identifier: MIT
"""PAM modules that crash, hang, exit, fork and lie: each harms the attempt that it belongs to, and nothing else."""
import pytest

from machine import until
from pam_stack import build_module, is_in, log_in_with, stack, ticket_names, together

HARMFUL = ["abort", "crash", "exit", "quick_exit", "close", "write", "fork", "root", "daemon", "nobody_there", "no_name", "unknown_status",
           "many_prompts", "long_prompt"]
# These end the attempt's process after the password.
ENDING = ["abort", "crash", "exit", "quick_exit"]


@pytest.fixture
def hostile(lab, make_account, tmp_path):
    """hostile(way...): {way: an account whose logins go through the module, behind the right password}; with `facility`
    account, the module is in the account stage instead"""
    module = build_module(lab, "pam_hostile", tmp_path)
    stacks = []

    def make(*ways, facility="auth", people=None):
        people = people or {way: make_account() for way in ways}
        # common-auth ends with pam_permit, so a module behind it decides.
        lines = [line for way, person in people.items()
                 for line in (f"{facility} [success=ignore default=1] pam_succeed_if.so quiet user = {person.user}",
                              f"{facility} required {module} {way}")]
        include = f"@include common-{facility}\n"
        context = stack(lab, lambda text: text.replace(include, include + "\n".join(lines) + "\n"))
        context.__enter__()
        stacks.append(context)
        return people

    yield make
    for context in stacks:
        context.__exit__(None, None, None)


def boardgated(lab):
    return lab.property("boardgated.service", "MainPID"), lab.property("boardgated.service", "NRestarts")


def logins_that_run(lab):
    return [unit for unit in lab.units("boardgate-login@*") if unit.endswith(".service")]


def test_what_a_module_does_harms_its_own_attempt_only(lab, make_account, hostile):
    people, before, daemon = hostile(*HARMFUL), ticket_names(lab), boardgated(lab)
    bystander = make_account()
    # A few at the same time: an address has four conversations.
    for first in range(0, len(HARMFUL), 3):
        some = HARMFUL[first:first + 3]
        answers = together(*[(log_in_with, people[way], *["x"] * 24) for way in some], (log_in_with, bystander))
        assert is_in(answers.pop())
        for way, answer in zip(some, answers):
            assert not is_in(answer), f"{way}: {answer!r}"
            assert answer.status in (401, 403, 503), f"{way}: {answer!r}"
            assert way not in ENDING or answer.code == "login_unavailable", f"{way}: {answer!r}"
            assert answer.header("Retry-After") or answer.status != 503 or answer.code != "busy", answer
    until("no attempt is left, nor what a module forked", lambda: not logins_that_run(lab))
    bystanders = len(range(0, len(HARMFUL), 3))
    assert len(ticket_names(lab) - before) == bystanders, "an attempt that failed left a ticket"
    assert boardgated(lab) == daemon, "boardgated went with a module"
    # Each is closed by the module, not by a mistake of this test.
    assert all(is_in(answer) for answer in [log_in_with(bystander)])


def test_a_module_that_loosens_the_process_loosens_no_ticket(lab, hostile):
    (person,) = hostile("loosen").values()
    before = ticket_names(lab)
    assert is_in(log_in_with(person))
    (made,) = ticket_names(lab) - before
    assert lab.exec("stat", "-c", "%a %U", f"/var/lib/boardgate-root/tickets/{made}").split() == ["600", "root"]


def test_a_module_that_hangs_is_ended_and_holds_up_nobody(lab, make_account, hostile):
    (person,) = hostile("hang").values()
    before, other = ticket_names(lab), make_account()
    hanging, *others = together((log_in_with, person), *[(log_in_with, other)] * 2)
    assert all(map(is_in, others)) and not is_in(hanging)
    assert hanging.status == 503, hanging
    until("the attempt was ended", lambda: not logins_that_run(lab), 60)
    assert len(ticket_names(lab) - before) == 2


def test_a_module_costs_the_check_of_its_own_account_only(lab, make_account, hostile):
    ways = ["hang", "crash", "exit", "close", "write", "root"]
    people = {way: make_account().login() for way in ways}
    # Whatever the order: some of these are behind each harmful one.
    closed, good = [make_account().login() for _ in range(6)], make_account().login()
    hostile(*ways, facility="account", people=people)
    for person in closed:
        lab.exec("usermod", "--shell", "/usr/sbin/nologin", person.user)
    lab.systemctl("restart", "boardgated.service")
    until("closed accounts are out", lambda: not any(person.is_logged_in() for person in closed), 120)
    renamed = people.pop("root")
    until("an account whose name PAM changes is out", lambda: not renamed.is_logged_in(), 120)
    until("each harmful account was tried", lambda: sum(
        f"the account {people[way].user} could not be checked" in lab.journalctl("-b", "-o", "cat", "-t", "boardgated") for way in people) == len(people), 120)
    assert good.is_logged_in()
    assert {way for way, person in people.items() if person.is_logged_in()} == set(people), "a fault of a module ended a session"
    until("no process is left", lambda: not logins_that_run(lab), 60)

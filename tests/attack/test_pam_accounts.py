# SPDX-License-Identifier: MIT
"""The account stage by the real modules: who may not log in gets no session, whatever the reason, and in the same words."""
from pam_stack import before_the_account_stage, is_in, log_in_with, stack, ticket_names, together


def refusals(lab, people):
    """{how: answer} of these people, who log in at the same time with the right password; none leaves a ticket."""
    before = ticket_names(lab)
    answers = dict(zip(people, together(*[(log_in_with, person) for person in people.values()])))
    assert ticket_names(lab) - before == set(), "a refused login left a ticket"
    return answers


def all_the_same(answers):
    first = next(iter(answers.values()))
    assert first.status == 401 and first.code == "login_failed", first
    for how, answer in answers.items():
        assert not is_in(answer) and answer.without_date() == first.without_date(), f"{how}: {answer!r}"


def test_locked_expired_and_inactive_accounts_are_refused_alike(lab, make_account):
    ways = {"locked": ["usermod", "--lock"], "locked by passwd": ["passwd", "--lock"], "expired": ["usermod", "--expiredate", "2020-01-01"],
            "no shell": ["usermod", "--shell", "/bin/false"]}
    people = {how: make_account() for how in ways}
    for how, command in ways.items():
        lab.exec(*command, people[how].user)
    all_the_same(refusals(lab, people))


def test_pam_access_pam_time_and_a_list_of_names_keep_people_out(lab, make_account):
    people = {how: make_account() for how in ("access", "time", "list")}
    allowed = make_account()
    lab.write("/etc/security/boardgate-access.conf", f"-:{people['access'].user}:ALL\n+:ALL:ALL\n")
    lab.write("/etc/boardgate-refused", f"{people['list'].user}\n")
    kept = lab.read("/etc/security/time.conf").decode()
    # Never: the time of day is from 0000 to 0000.
    lab.write("/etc/security/time.conf", kept + f"\nboardgate;*;{people['time'].user};!Al0000-2400\n")
    lines = ("account required pam_access.so accessfile=/etc/security/boardgate-access.conf", "account required pam_time.so",
             "account required pam_listfile.so item=user sense=deny file=/etc/boardgate-refused onerr=fail")
    try:
        with stack(lab, before_the_account_stage(*lines)):
            all_the_same(refusals(lab, people))
            assert is_in(log_in_with(allowed))
        # By these lines, and nothing else.
        assert all(map(is_in, together(*[(log_in_with, person) for person in people.values()])))
    finally:
        lab.write("/etc/security/time.conf", kept)
        lab.exec("rm", "/etc/security/boardgate-access.conf", "/etc/boardgate-refused")


def test_nologin_keeps_everybody_out_while_it_is_there(lab, make_account):
    person = make_account()
    lab.write("/etc/nologin", "Maintenance\n")
    try:
        (answer,) = refusals(lab, {"nologin": person}).values()
        assert not is_in(answer) and "Maintenance" not in answer.text, answer
    finally:
        lab.exec("rm", "/etc/nologin")
    assert is_in(log_in_with(person))


FAILLOCK = """auth required pam_faillock.so preauth silent deny=3 unlock_time=600
auth [success=1 default=ignore] pam_unix.so
auth [default=die] pam_faillock.so authfail deny=3 unlock_time=600
auth sufficient pam_faillock.so authsucc deny=3
"""


def test_faillock_counts_and_its_lock_holds(lab, make_account):
    member, other = make_account(), make_account()
    with stack(lab, lambda text: text.replace("@include common-auth\n", FAILLOCK)):
        together(*[(member.stranger().try_login, member.user, f"guess {n}") for n in range(3)])
        tally = lab.exec("faillock", "--user", member.user)
        assert tally.count("RHOST") == 3, tally
        assert not is_in(log_in_with(member)), "the right password opens an account that faillock has locked"
        assert is_in(log_in_with(other))
        lab.exec("faillock", "--user", member.user, "--reset")
        assert is_in(log_in_with(member))
        # A login clears the tally, so that a guess now and then locks nobody.
        member.stranger().try_login(member.user, "one more guess")
        assert "RHOST" in lab.exec("faillock", "--user", member.user)
        assert is_in(log_in_with(member))
        assert "RHOST" not in lab.exec("faillock", "--user", member.user)


def test_a_service_whose_modules_are_missing_lets_nobody_in(lab, make_account):
    member = make_account()
    with stack(lab, lambda _: "auth required pam_of_no_such_name.so\naccount required pam_of_no_such_name.so\n"):
        assert not is_in(log_in_with(member))
    assert is_in(log_in_with(member))

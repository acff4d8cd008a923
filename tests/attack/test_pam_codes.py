# SPDX-License-Identifier: MIT
"""One-time codes by Debian's own modules: the right code lets in, a used one does not. Both modules rewrite a file at each login,
for which boardgate-login needs a drop-in; `boardgate doctor` reads the stack and prints it."""
import json
import secrets
from contextlib import contextmanager

import pytest

from pam_stack import behind_the_password, code_now, code_of, is_in, log_in_with, stack, together

SECRET = "JBSWY3DPEHPK3PXP"
DROP_IN = "/etc/systemd/system/boardgate-login@.service.d/pam.conf"
OATH_FOLDER = "/etc/liboath"
OATH_KEY = bytes(range(20))
GOOGLE = "auth required pam_google_authenticator.so"
OATH = f"auth required pam_oath.so usersfile={OATH_FOLDER}/users.oath window=20 digits=6"


def use_google(lab, person, secret=SECRET, counter=None):
    """The file that `google-authenticator` writes; with a counter, codes by count instead of by time."""
    by = f'" HOTP_COUNTER {counter}' if counter else '" TOTP_AUTH'
    lab.write(f"/home/{person.user}/.google_authenticator", f'{secret}\n" DISALLOW_REUSE\n{by}\n', mode="0400", owner=person.user)


def findings(lab):
    """What doctor finds wrong about PAM."""
    said = json.loads(lab.verb("exec", "boardgate", "doctor", "--json", check=False).stdout)
    return [f for f in said if not f["fine"] and "pam_" in f["what"]]


@contextmanager
def as_doctor_says(lab):
    """The drop-in that doctor prints for the stack as it is."""
    (found,) = findings(lab)
    lines = [line.strip() for line in found["remedy"].splitlines() if line.startswith("    ")]
    assert lines and lines[0] == "[Service]", found
    lab.write(DROP_IN, "\n".join(lines) + "\n")
    lab.systemctl("daemon-reload")
    try:
        assert findings(lab) == [], "the drop-in is what doctor asked for"
        yield lines
    finally:
        lab.exec("rm", DROP_IN)
        lab.systemctl("daemon-reload")


@pytest.fixture
def oath_folder(lab):
    lab.exec("install", "-d", "-m", "700", OATH_FOLDER)
    yield OATH_FOLDER
    lab.exec("rm", "-r", OATH_FOLDER)


def test_google_authenticator_takes_a_code_once(lab, make_account):
    person = make_account()
    use_google(lab, person)
    with stack(lab, behind_the_password(GOOGLE)):
        assert not is_in(log_in_with(person, code_now(SECRET))), "works without the drop-in: then doctor need not ask for it"
        with as_doctor_says(lab) as lines:
            assert lines[1:] == ["ProtectHome=no", "ReadWritePaths=/home"], lines
            code = code_now(SECRET)
            assert is_in(log_in_with(person, code))
            assert not is_in(log_in_with(person, code)), "a code works twice"
            assert not is_in(log_in_with(person, "000000" if code != "000000" else "111111"))
    owner, mode = lab.exec("stat", "-c", "%U %a", f"/home/{person.user}/.google_authenticator").split()
    assert owner == person.user and mode in ("400", "600")


def test_oath_takes_a_code_once(lab, make_account, oath_folder):
    person, other = make_account(), make_account()
    lab.write(f"{oath_folder}/users.oath", "".join(f"HOTP {p.user} - {OATH_KEY.hex()}\n" for p in (person, other)), mode="0600")
    with stack(lab, behind_the_password(OATH)):
        with as_doctor_says(lab) as lines:
            assert lines[1:] == [f"ReadWritePaths={OATH_FOLDER}"], lines
            assert is_in(log_in_with(person, code_of(OATH_KEY, 0)))
            assert not is_in(log_in_with(person, code_of(OATH_KEY, 0))), "a code works twice"
            assert is_in(log_in_with(person, code_of(OATH_KEY, 1)))
            assert is_in(log_in_with(other, code_of(OATH_KEY, 0)))
    assert lab.exec("stat", "-c", "%U %a", f"{oath_folder}/users.oath").split() == ["root", "600"]


def test_six_people_behind_one_address_get_in_with_codes(lab, make_account):
    people = {make_account(): "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16)) for _ in range(6)}
    for person, secret in people.items():
        use_google(lab, person, secret)
    with stack(lab, behind_the_password(GOOGLE)), as_doctor_says(lab):
        answers = together(*[(lambda p=p, s=s: log_in_with(p, code_now(s)),) for p, s in people.items()])
    assert [answer.status for answer in answers] == [200] * 6, answers


def test_doctor_says_where_a_stack_can_not_be_helped(lab):
    with stack(lab, behind_the_password("auth required pam_oath.so usersfile=/etc/users.oath")):
        (found,) = findings(lab)
        assert "/etc/users.oath" in found["what"] and "folder of its own" in found["remedy"], found
    assert findings(lab) == []

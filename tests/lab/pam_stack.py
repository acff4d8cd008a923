# SPDX-License-Identifier: MIT
"""PAM stacks for the tests of logins: the service's file, changed until a test is over, and answers to prompts."""
import base64
import hashlib
import hmac
import struct
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from client import cookie_of

STACK = "/etc/pam.d/boardgate"
TICKETS = "/var/lib/boardgate-root/tickets"
MODULES = Path(__file__).resolve().parents[1] / "pam"


def together(*calls):
    with ThreadPoolExecutor(len(calls)) as pool:
        return [f.result() for f in [pool.submit(*call) for call in calls]]


@contextmanager
def stack(lab, change):
    """The service's file is change(its text)."""
    before = lab.read(STACK).decode()
    lab.write(STACK, change(before))
    try:
        yield
    finally:
        lab.write(STACK, before)


def before_the_account_stage(*lines):
    return lambda text: text.replace("@include common-account", "\n".join([*lines, "@include common-account"]))


def behind_the_password(*lines):
    return lambda text: text.replace("@include common-auth", "\n".join(["@include common-auth", *lines]))


def build_module(lab, name, folder):
    """A module of tests/pam, inside: its path there."""
    path = f"/opt/{name}.so"
    subprocess.run(["g++", "-std=c++20", "-Os", "-s", "-shared", "-fPIC", "-o", folder / name, MODULES / f"{name}.cc", "-lpam"], check=True, timeout=120)
    lab.write(path, (folder / name).read_bytes())
    return path


def ticket_names(lab):
    return set(lab.exec("ls", TICKETS).split())


def is_in(answer):
    """Whether this is a login, with a cookie."""
    assert (answer.status == 200) == bool(answer.all("Set-Cookie")), answer
    return answer.status == 200


def log_in_with(person, *answers):
    """Answers one prompt after the other, the password first: the last answer of the server."""
    said = person.stranger().post("/api/v1/login", {"user": person.user, "password": person.password}, timeout=90)
    for answer in answers:
        if said.status != 202:
            return said
        said = person.stranger().post("/api/v1/login", {"conversation": said.json["conversation"], "answers": [answer]}, timeout=90)
    if said.status == 200:
        person.cookie = cookie_of(said)
    return said


def code_of(key, counter):
    """RFC 4226."""
    digest = hmac.new(key, struct.pack(">Q", counter), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 10 ** 6:06}"


def code_now(secret):
    """RFC 6238, of a base32 secret."""
    return code_of(base64.b32decode(secret), int(time.time()) // 30)

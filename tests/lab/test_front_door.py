# SPDX-License-Identifier: MIT
"""nginx's own checks of every request, before boardgated is involved."""
import ssl
import warnings

import pytest

from client import Client
from machine import until

HEADERS = {"Content-Security-Policy": "frame-ancestors 'none'", "X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin",
           "Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "same-origin"}


def spoken(site, version):
    client = Client(*site)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # old versions are the question
        client.tls.minimum_version = client.tls.maximum_version = version
    client.tls.set_ciphers("ALL:@SECLEVEL=0")
    try:
        return client.get("/").status
    except ssl.SSLError:
        return None


def test_old_versions_of_tls_are_not_spoken(site):
    versions = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
    assert [spoken(site, version) for version in versions] == [None, None, 200, 200]


def test_a_session_of_tls_is_not_in_a_ticket(stranger):
    """The key of session tickets would decrypt recorded traffic, as long as nginx runs."""
    stranger.tls.maximum_version = ssl.TLSVersion.TLSv1_2
    with stranger.connect() as tls:
        assert not tls.session.has_ticket and tls.cipher()[0].startswith("ECDHE")


ERRORS = {"bad": ("GET", b"/%zz", {}, 400), "not there": ("GET", "/nothing", {}, 404), "long": ("GET", "/" + "x" * 20_000, {}, 400),
          "a method": ("TRACE", "/", {}, 405), "a body": ("POST", "/api/v1/login", {"Content-Length": "99999999"}, 413),
          "a transfer": ("POST", "/", {"Content-Length": None, "Transfer-Encoding": "x"}, 501), "a host": ("GET", "/", {"Host": "a/b"}, 400),
          "a condition": ("GET", "/assets/icon.svg", {"If-Match": '"x"'}, 412), "a range": ("GET", "/assets/icon.svg", {"Range": "bytes=999999-"}, 416)}


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_of_nginxs_own_has_the_strict_policy(stranger, error):
    """A board's page could frame a page without these headers, which has the portal's origin, and control it."""
    method, target, headers, status = ERRORS[error]
    answer = stranger.send(method, target, headers=headers)
    assert answer.status == status, answer
    for name, value in HEADERS.items():
        assert all(value in given for given in answer.all(name)) and answer.all(name), (name, answer.pairs)


def test_a_full_cookie_jar_is_emptied(alice):
    """Any page of this host, on any port, can fill it until no request fits."""
    jar = "; ".join(f"c{n}={'x' * 4000}" for n in range(8))
    for path in ("/", "/b/aaaaaaaa/", "/api/v1/session"):
        answer = alice.get(path, headers={"Cookie": jar})
        assert answer.status == 400 and answer.header("Clear-Site-Data") == '"cookies"', answer
        assert "load the page again" in answer.text


def test_slow_readers_of_a_long_log_hold_up_nobody(lab, alice, bob, recording_boards):
    loud, others = recording_boards
    loud.client = alice
    assert loud.value("len([print('\"' * 15000, flush=True) for _ in range(500)])") == 500
    log = f"/api/v1/boards/{loud.id}/log?lines=5000"
    until("its words are in the log", lambda: len(alice.get(log).body) > 3_000_000, 20)
    slow = [alice.stream("GET", log) for _ in range(20)]
    try:
        assert bob.get(f"/api/v1/boards/{others.id}/log?lines=1", timeout=5).status == 200
        assert bob.post(f"/api/v1/boards/{others.id}/wake", timeout=5).status == 202
        threads = lab.exec("sh", "-c", "cat /proc/$(systemctl show --property=MainPID --value boardgated.service)/task/*/wchan").lower()
        assert "wait" in threads and "sock_alloc_send" not in threads, "a thread waits for a reader"
    finally:
        for answer in slow:
            answer.close()

# SPDX-License-Identifier: MIT
"""What nginx itself does for every request, before anybody of ours is asked."""
import ssl
import warnings

import pytest

from client import Client

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
    """Their key would open what was recorded, for as long as nginx runs."""
    stranger.tls.maximum_version = ssl.TLSVersion.TLSv1_2
    with stranger.connect() as tls:
        assert not tls.session.has_ticket and tls.cipher()[0].startswith("ECDHE")


ERRORS = {"bad": ("GET", b"/%zz", {}, 400), "not there": ("GET", "/nothing", {}, 404), "long": ("GET", "/" + "x" * 20_000, {}, 414),
          "a method": ("TRACE", "/", {}, 405), "a body": ("POST", "/api/v1/login", {"Content-Length": "99999999"}, 413),
          "a transfer": ("POST", "/", {"Content-Length": None, "Transfer-Encoding": "x"}, 501), "a host": ("GET", "/", {"Host": "a/b"}, 400),
          "a condition": ("GET", "/assets/icon.svg", {"If-Match": '"x"'}, 412), "a range": ("GET", "/assets/icon.svg", {"Range": "bytes=999999-"}, 416)}


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_of_nginxs_own_has_the_strict_policy(stranger, error):
    """A board's page could frame one without, which has the portal's origin and would let it do anything."""
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


# SPDX-License-Identifier: MIT
"""A renewed certificate is taken up by a reload, while people use the site: docs/install.md, "The certificate"."""
import hashlib
import shutil
import subprocess

import pytest

from client import Visitors, clones
from machine import LAB, PROGRAM, until

RELOADS, VISITORS = 3, 4
PLACES = {"crt": "/etc/boardgate/tls.crt", "key": "/etc/boardgate/tls.key"}


def certificate_of(client):
    """The fingerprint of what the site shows in a handshake."""
    with client.connect() as connection:
        return hashlib.sha256(connection.getpeercert(binary_form=True)).hexdigest()


@pytest.fixture
def renew(lab, site, tmp_path):
    """renew(): another certificate of the same authority, where nginx reads it, as certbot puts it there. The first comes back."""
    address, authority = site[0].removeprefix("https://"), site[1]

    def put(content):
        for kind, path in PLACES.items():
            lab.write(path, content[kind], mode="0600")

    def new():
        files = tmp_path / "server"
        subprocess.run([LAB.parent / "certificate", authority.removesuffix(".crt"), files, PROGRAM.Lab(lab.name).host, address],
                       check=True, capture_output=True, timeout=60)
        put({kind: files.with_suffix(f".{kind}").read_bytes() for kind in PLACES})

    before = {kind: lab.read(path) for kind, path in PLACES.items()}
    yield new
    put(before)
    lab.systemctl("reload", "nginx")
    shutil.rmtree(tmp_path, ignore_errors=True)


def test_a_renewed_certificate_loses_no_request(lab, alice, ready_board, renew):
    board = ready_board(alice)
    targets = ["/api/v1/boards", board["url"], f"{board['url']}data/runs", "/"]
    shown = {certificate_of(alice)}
    with alice.events() as events, Visitors(clones(alice, VISITORS), targets) as visitors:
        for turn in range(RELOADS):
            renew()
            enough = visitors.answers[200] + 5 * VISITORS
            lab.systemctl("reload", "nginx")
            # One handshake each: a worker that is about to end may still take the next connection.
            shown.add(until("the renewed certificate is shown", lambda: {certificate_of(alice)} - shown).pop())
            until("people go on", lambda: visitors.answers[200] >= enough or visitors.wrong, 60)
            # A stream that began before the first reload still tells what happens.
            title = f"turn {turn}"
            alice.send("PATCH", f"/api/v1/boards/{board['id']}", {"title": title})
            events.until("the change", lambda name, data: isinstance(data, dict) and data.get("title") == title)
    assert not visitors.wrong, visitors.wrong[:5]
    assert len(shown) == RELOADS + 1

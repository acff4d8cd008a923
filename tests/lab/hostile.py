# SPDX-License-Identifier: MIT
"""An environment whose boards can be shown to others, and whose program is the test's."""
from contextlib import contextmanager

from fixtures import changing_settings, in_state, member
from machine import LAB, until

MAKE = r"""
set -eu
real=$(echo /opt/tensorboard/lib/python3*/site-packages)
mkdir -p "/opt/$1/bin" "/opt/$1/lib/$(basename "$(dirname "$real")")/site-packages"
ln -sf /usr/bin/python3 "/opt/$1/bin/python3"
for part in "$real"/tensorboard "$real"/tensorboard-*.dist-info; do
    ln -sfn "$part" "/opt/$1/lib/$(basename "$(dirname "$real")")/site-packages/$(basename "$part")"
done
"""


def program_of(name, source):
    """The source as pip would have installed it, so that its front end is published."""
    return f"#!/opt/{name}/bin/python3\n# from tensorboard.main import run_main\n" + source.split("\n", 1)[1]


@contextmanager
def shared_environment(lab, site, name, source):
    """An environment with this program beside TensorBoard's own package."""
    lab.exec("sh", "-c", MAKE, "make", name)
    lab.write(f"/opt/{name}/bin/tensorboard", program_of(name, source), mode="0755")
    with changing_settings(lab, site) as change:
        change(environments={name: f"/opt/{name}/bin/tensorboard"})
        lab.systemctl("start", "boardgate-frontend.service")
        yield
    lab.exec("rm", "-rf", f"/opt/{name}")


@contextmanager
def shown_board(lab, site, **options):
    """(board, place of bob's view) of a board that alice shows to bob."""
    alice, bob = member(site, "alice"), member(site, "bob")
    made = alice.post("/api/v1/boards", {"logdir": "/home/alice/runs", "new": True, "wake": True, **options})
    assert made.status == 201, made
    board = made.json
    try:
        in_state(alice, board, "ready")
        shared = alice.post(f"/api/v1/boards/{board['id']}/shares", {"with": "bob"})
        assert shared.status == 201, shared

        def look():
            answer = bob.post(f"/api/v1/boards/{board['id']}/views", {})
            assert answer.status == 201, answer
            return answer.json["place"]
        yield board, until("the view is open", look, 30)
    finally:
        alice.login().delete(f"/api/v1/boards/{board['id']}")


def source_of(name):
    return (LAB.parent / name).read_text()

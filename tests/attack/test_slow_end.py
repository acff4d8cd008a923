# SPDX-License-Identifier: MIT
"""What hangs when boardgated ends, and what that costs: not the site."""
import threading

import pytest

from client import Client
from machine import until

SOCKETS = ("boardgated-gate.socket", "boardgated-app.socket", "boardgated-stream.socket")


def site_is_open(lab, site):
    until("the portal answers", lambda: Client(*site).get("/api/v1/session").status == 401)
    assert lab.property("boardgated.service", "ActiveState") == "active"
    assert [lab.property(unit, "ActiveState") for unit in SOCKETS] == ["active"] * 3


def test_a_restart_while_a_login_hangs(lab, site, bob, pam):
    pam(lambda text: "auth optional pam_exec.so /bin/sleep 60\n" + text)
    login = threading.Thread(target=bob.try_login, args=(bob.user, bob.password))
    login.start()
    until("PAM hangs", lambda: lab.succeeds("pgrep", "-x", "sleep"))
    before = lab.property("boardgated.service", "NRestarts")
    lab.systemctl("restart", "boardgated.service", seconds=60)
    # Killed by systemd, it would have the result "timeout" and be started again.
    assert lab.property("boardgated.service", "NRestarts") == before
    assert "Killing process" not in lab.journalctl("-u", "boardgated.service", "-n", "30", "-o", "cat")
    site_is_open(lab, site)
    login.join()


@pytest.fixture
def never_ends(lab):
    """boardgated takes no notice of the signal with which systemd ends it."""
    folder = "/run/systemd/system/boardgated.service.d"
    lab.write(f"{folder}/deaf.conf", "[Service]\nKillSignal=SIGWINCH\nTimeoutStopSec=1\n")
    lab.systemctl("daemon-reload")
    yield
    lab.exec("rm", "-r", folder)
    lab.systemctl("daemon-reload")
    lab.systemctl("restart", "boardgated.service")


def test_a_restart_that_ends_in_sigkill(lab, site, never_ends):
    lab.systemctl("restart", "boardgated.service", seconds=60, check=False)
    assert "Killing process" in lab.journalctl("-u", "boardgated.service", "-n", "50", "-o", "cat"), "this test shows nothing"
    site_is_open(lab, site)

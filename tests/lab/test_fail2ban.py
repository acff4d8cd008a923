# SPDX-License-Identifier: MIT
"""The fail2ban filter finds the address of each refused login in real journal lines, and no address forged by a user name
or a local account."""
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from client import Client

TOP = Path(__file__).resolve().parents[2]
FILTER = TOP / "etc/fail2ban/filter.d/boardgate.conf"


@pytest.fixture(scope="module")
def unpacked():
    """Debian's, and not installed: it would start a daemon here."""
    folder = TOP / "build/fail2ban"
    if not (folder / "usr/bin/fail2ban-regex").exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "--quiet", "download", "fail2ban"], cwd=folder, check=True, capture_output=True, timeout=120)
        (package,) = folder.glob("fail2ban_*.deb")
        subprocess.run(["dpkg-deb", "--extract", package, folder], check=True)
    for path in (TOP / "etc/fail2ban").glob("*/*"):
        (folder / "etc/fail2ban" / path.parent.name / path.name).write_text(path.read_text())
    return folder


@pytest.fixture(scope="module")
def run(unpacked):
    """run(program, word, ...): what it printed."""
    def call(program, *words):
        done = subprocess.run(["/usr/bin/python3", "-B", unpacked / "usr/bin" / program, "-c", unpacked / "etc/fail2ban", *words],
                              capture_output=True, text=True, timeout=60,
                              env={"PYTHONPATH": str(unpacked / "usr/lib/python3/dist-packages"), "PATH": "/usr/bin:/bin"})
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
    return call


@pytest.fixture(scope="module")
def fail2ban(run):
    def found(lines, tmp_path):
        """Addresses that the filter finds in lines of `journalctl --output=short`."""
        log = tmp_path / "log"
        log.write_text(lines)
        return run("fail2ban-regex", "--out", "ip", log, "boardgate").split()
    return found


def matched(lab):
    """What fail2ban reads of the lab's journal."""
    (words,) = re.findall(r"(?m)^journalmatch = (.*)$", FILTER.read_text())
    return lab.journalctl("--boot", "--output=short", "--quiet", *words.split())


def refused_together(client, names, *codes):
    """Each takes two seconds, so they are tried at the same time."""
    with ThreadPoolExecutor(len(names)) as threads:
        answers = dict(zip(names, threads.map(lambda name: client.try_login(name, "wrong"), names)))
    assert {name: answer for name, answer in answers.items() if answer.code not in codes} == {}


def test_each_refused_login_gives_the_clients_address(lab, site, fail2ban, make_account, tmp_path):
    person = make_account()
    stranger = Client(*site)
    before = len(matched(lab))
    refused_together(stranger, [person.user, "nobody-knows-me"], "login_failed")
    refused_together(stranger, ["x from 192.0.2.7:", "a login refused for b from 192.0.2.7: c", "x\u00a0from\u00a0192.0.2.7", "192.0.2.7", "x\u2028login"],
                     "login_failed", "too_many_attempts")
    lines = matched(lab)[before:]
    assert lines.count("\n") == 7, lines
    here = person.login().get("/api/v1/sessions").json["sessions"][0]["address"]
    assert fail2ban(lines, tmp_path) == [here] * 7


def test_logins_that_went_well_are_no_reason_to_ban(lab, make_account, fail2ban, tmp_path):
    person = make_account().login()
    text = lab.journalctl("--boot", "--output=short", "--quiet", f"USER_NAME={person.user}")
    assert "login of" in text and fail2ban(text, tmp_path) == []


def test_no_local_account_can_have_somebody_banned(lab):
    for tag in ("boardgate-login", "boardgated"):
        forged = f"MESSAGE_ID=5c0d3f1e7a914c0f9d3e8b2a6f104406\nSYSLOG_IDENTIFIER={tag}\n_UID=0\nMESSAGE=login refused for x from 192.0.2.66: forged\n"
        lab.exec("sh", "-c", f"printf '%s' '{forged}' | logger --journald", user="bob")
    assert "192.0.2.66" in lab.journalctl("--boot", "--quiet", "SYSLOG_IDENTIFIER=boardgated")
    assert "192.0.2.66" not in matched(lab)


def test_the_jail_bans_by_the_packet_filter_that_boardgate_needs_anyway(run, unpacked):
    (unpacked / "etc/fail2ban/jail.local").write_text("[sshd]\nenabled = false\n[boardgate]\nenabled = true\n")
    (ban,) = [line for line in run("fail2ban-client", "--dump").splitlines() if "'actionban'" in line]
    assert "nft add element" in ban, ban

# SPDX-License-Identifier: MIT
"""The Debian packages in a machine of their own that never had boardgate: install, setup, use, upgrade, downgrade, remove, purge.

The tests are one story, in the order of the file; each brings the machine to where it begins by itself.
"""
import os
import re
import shutil
import subprocess

import pytest

from client import Client
from fixtures import in_state
from machine import LAB, Lab, until
from trees import WHEELS, make_packages

TOP = LAB.parents[2]
PACKAGES = ("boardgate-cli", "boardgate")
NEXT = "+next1"


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """packages(): the two files of this tree; packages(NEXT): the same as a newer version."""
    made = make_packages()
    folder = tmp_path_factory.mktemp("packages")
    for name in PACKAGES:
        [path] = made.glob(f"{name}_*.deb")
        shutil.copy(path, folder / f"{name}.deb")
        subprocess.run(["dpkg-deb", "-R", path, folder / name], check=True)
        control = folder / name / "DEBIAN/control"
        control.write_text(re.sub(r"(?m)^Version: .*", rf"\g<0>{NEXT}", control.read_text()))
        subprocess.run(["dpkg-deb", "-Znone", "-b", folder / name, folder / f"{name}{NEXT}.deb"], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def machine(packages):
    """A clean lab with the packages and TensorBoard's wheels in /root."""
    made = Lab(f"{os.environ.get('BOARDGATE_LAB', 'lab')}-deb")
    made.verb("down", seconds=120)
    made.verb("clean", seconds=900)
    root = TOP / "build/lab" / made.name / "root/root"
    for path in packages.glob("*.deb"):
        shutil.copy(path, root)
    shutil.copytree(WHEELS, root / "wheels")
    yield made
    made.verb("down", seconds=120)


def install(machine, version=""):
    """What dpkg printed."""
    return machine.exec("sh", "-euc", 'exec dpkg --install "$1" 2>&1', "dpkg", f"/root/boardgate{version}.deb", seconds=300)


def is_installed(machine):
    return machine.exec("dpkg-query", "-W", "-f", "${db:Status-Status}", "boardgate", check=False).startswith("installed")


def set_up(machine, *arguments, check=True):
    environment = ("env", "PIP_NO_INDEX=1", "PIP_FIND_LINKS=/root/wheels")
    return machine.verb("exec", *environment, "boardgate", "setup", "--yes", *arguments, check=check, seconds=600)


@pytest.fixture
def server(machine, tmp_path):
    """(https address, file with the authority) of the machine, installed and set up."""
    if not is_installed(machine):
        install(machine)
    address = machine.verb("url").stdout.strip().removeprefix("https://")
    if machine.verb("exec", "test", "-e", "/etc/nginx/sites-enabled/boardgate", check=False).returncode != 0:
        set_up(machine, "--name", address, "--self-signed")
    authority = tmp_path / "tls.crt"
    authority.write_bytes(machine.read("/etc/boardgate/tls.crt"))
    return f"https://{address}", str(authority)


def failed_units(machine):
    return machine.systemctl("list-units", "--failed", "--plain", "--no-legend").split()


def active_units(machine):
    return machine.systemctl("list-units", "--plain", "--no-legend", "boardgate*", "tensorboard*")


def test_without_a_certificate_nginx_stays_as_it_was_and_one_screen_says_what_to_do(machine):
    machine.systemctl("start", "nginx")
    pid = machine.property("nginx.service", "MainPID")
    said = install(machine)
    screen = said.partition("Setting up boardgate (")[2]
    assert "boardgate setup" in screen and len(screen.splitlines()) <= 24, said
    assert "emerg" not in said, said
    assert machine.property("nginx.service", "MainPID") == pid
    machine.exec("nginx", "-q", "-t")
    assert not machine.exec("ls", "/etc/nginx/sites-enabled").split()
    assert machine.property("boardgate.target", "ActiveState") == "active"
    assert not failed_units(machine)
    for name in ("boardgate.conf", "nginx-server.conf", "nginx-listen.conf", "nginx-listen-http.conf"):
        assert machine.read(f"/etc/boardgate/{name}"), name
    assert "/etc/boardgate" not in machine.exec("dpkg-query", "-W", "-f", "${Conffiles}", "boardgate")
    told = set_up(machine, check=False)
    assert told.returncode == 1 and "--self-signed" in told.stderr, told


def test_setup_makes_it_a_server(machine):
    if not is_installed(machine):
        install(machine)
    address = machine.verb("url").stdout.strip().removeprefix("https://")
    machine.exec("mv", "/opt/tensorboard", "/opt/kept")
    answers = ("--name", address, "--self-signed", "--run-roots", "~:/srv/runs", "--administrators", "adm")
    # What an administrator keeps there is not setup's to remove.
    machine.exec("install", "-D", "/dev/null", "/opt/tensorboard/own")
    refused = set_up(machine, *answers, check=False)
    assert refused.returncode == 1 and "/opt/tensorboard exists without a TensorBoard" in refused.stderr, refused
    machine.exec("rm", "/opt/tensorboard/own")
    done = set_up(machine, *answers)
    assert done.stdout.strip().splitlines()[-1] == f"boardgate is at https://{address}", done
    conf = machine.read("/etc/boardgate/boardgate.conf").decode()
    for line in (f"address = https://{address}", "run_roots = ~:/srv/runs", "administrators = adm"):
        assert f"\n{line}\n" in conf, f"{line}: {conf}"
    assert machine.exec("stat", "-c", "%a", "/etc/boardgate/tls.key").strip() == "600"
    # Nobody but root changes what everybody runs, and nobody has to compile it.
    environment = "/opt/tensorboard"
    assert not machine.exec("find", environment, "-not", "-user", "root", "-o", "-not", "-type", "l", "-perm", "/022").split()
    assert machine.exec("find", environment, "-path", "*/tensorboard/__pycache__/program.*.pyc").split()
    assert machine.exec("ls", "/var/lib/boardgate-frontend/frontend").split()
    wrong = machine.verb("exec", "boardgate", "doctor", check=False).stdout
    assert "WRONG" not in wrong, wrong


def test_a_person_logs_in_and_sees_their_board(machine, server):
    alice = Client(*server, user="alice", password="alice-lab")
    alice.login()
    board = alice.post("/api/v1/boards", {"logdir": "/home/alice/runs", "new": True, "wake": True}).json
    assert alice.get(board["url"]).status == 200
    in_state(alice, board, "ready")
    assert "baseline" in alice.get(f"{board['url']}data/runs").text


def test_another_version_keeps_logins_and_awake_boards_both_ways(machine, server):
    alice = Client(*server, user="alice", password="alice-lab")
    alice.login()
    board = alice.post("/api/v1/boards", {"logdir": "/home/alice/runs", "new": True, "wake": True}).json
    alice.get(board["url"])
    board = in_state(alice, board, "ready")
    pid = machine.property(board["unit"], "MainPID")
    machine.exec("sh", "-euc", "echo '# the site own line' >>/etc/boardgate/nginx-server.conf")
    before = machine.property("boardgated.service", "MainPID")
    for version in (NEXT, ""):
        said = install(machine, version)
        assert "boardgate setup" not in said, said
        until("it answers again", lambda: alice.get(board["url"]).status == 200)
        assert machine.property(board["unit"], "MainPID") == pid, f"the board was started anew by {said}"
        assert alice.is_logged_in()
        assert b"the site own line" in machine.read("/etc/boardgate/nginx-server.conf")
        after = machine.property("boardgated.service", "MainPID")
        assert after != before, "the old program still runs"
        before = after
    assert not failed_units(machine)


def test_removed_it_leaves_nothing_running_and_comes_back(machine, server):
    alice = Client(*server, user="alice", password="alice-lab")
    alice.login()
    board = alice.post("/api/v1/boards", {"logdir": "/home/alice/runs", "new": True, "wake": True}).json
    alice.get(board["url"])
    in_state(alice, board, "ready")
    machine.exec("dpkg", "--remove", "boardgate", seconds=120)
    assert not active_units(machine)
    assert "boardgate" not in machine.exec("nft", "list", "tables")
    machine.exec("nginx", "-q", "-t")
    assert machine.property("nginx.service", "ActiveState") == "active"
    assert not failed_units(machine)
    said = install(machine)
    assert "boardgate setup" not in said, said
    until("its address works again", lambda: alice.get(board["url"]).status == 200)


def test_the_command_line_alone_goes_beside_the_server_in_any_order(machine, server):
    machine.exec("dpkg", "--install", "/root/boardgate-cli.deb", seconds=120)
    assert machine.exec("dpkg-divert", "--truename", "/usr/bin/boardgate").strip() == "/usr/bin/boardgate.boardgate-cli"
    assert "boardgate " in machine.exec("boardgate", "--version")
    owned = machine.exec("dpkg-query", "--listfiles", "boardgate-cli")
    assert not re.search(r"/etc/|/usr/lib/boardgate|/var/lib", owned), owned
    machine.exec("dpkg", "--remove", "boardgate", seconds=120)
    assert "boardgate " in machine.exec("boardgate", "--version")
    told = machine.verb("exec", "boardgate", "setup", check=False)
    assert "apt-get install boardgate" in told.stderr, told
    install(machine)
    machine.exec("dpkg", "--purge", "boardgate-cli", seconds=120)
    assert "boardgate " in machine.exec("boardgate", "--version")
    assert not machine.exec("find", "/usr", "-xdev", "-name", "*.boardgate-cli")


def test_purged_it_leaves_locked_accounts_and_nothing_else(machine, server):
    machine.exec("dpkg", "--purge", "boardgate", seconds=120)
    left = machine.exec("find", "/", "-xdev", "(", "-path", "/proc", "-o", "-path", "/sys", "-o", "-path", "/root", "-o", "-path", "/tmp", ")",
                        "-prune", "-o", "(", "-name", "*boardgate*", "-o", "-name", "tensorboard-*.d", "-o", "-path", "/opt/tensorboard", ")", "-print")
    assert not [line for line in left.splitlines() if "/wheels/" not in line], left
    accounts = re.findall(r"(?m)^(boardgate[\w-]*):", machine.read("/etc/passwd").decode())
    assert sorted(accounts) == ["boardgate", "boardgate-door", "boardgate-journal"]
    for account in accounts:
        assert machine.exec("passwd", "-S", account).split()[1] == "L", account
        assert machine.exec("getent", "passwd", account).strip().endswith("nologin")
    assert "boardgate" not in machine.exec("journalctl", "--list-catalog")
    machine.exec("nginx", "-q", "-t")
    assert not active_units(machine)

# SPDX-License-Identifier: MIT
"""Homes on NFS, which root may not read, and homes that autofs mounts when somebody touches them. The machine is its own server."""
import pytest

from emulated import SLOW
from fixtures import accounts, in_state

EXPORT = "/srv/export"


@pytest.fixture(scope="module")
def nfs(lab):
    lab.write("/etc/exports", f"{EXPORT} 127.0.0.1(rw,root_squash,no_subtree_check)\n")
    lab.exec("mkdir", "-p", EXPORT, "/nfs")
    lab.systemctl("start", "nfs-server", seconds=300)
    lab.exec("mount", "-t", "nfs4", "-o", "vers=4.2", f"127.0.0.1:{EXPORT}", "/nfs", seconds=300)
    yield "/nfs"
    lab.exec("umount", "--lazy", "/nfs")


@pytest.fixture
def person(lab, site, nfs):
    """person(folder): an account whose home, 0700 on the file server, is below this folder. It has a run."""
    with accounts(lab, site) as make:
        def made(folder):
            client = make()
            user = client.user
            lab.exec("sh", "-euc", 'mv "/home/$1" "$2/$1"; chmod 700 "$2/$1"; runuser -u "$1" -- write-events --points 20 "$2/$1/runs"; usermod -d "$3/$1" "$1"',
                     "home", user, EXPORT, folder, seconds=120)
            return client.login()
        yield made


def shows_runs(client, home):
    seen = client.get(f"/api/v1/logdirs?path={home}")
    assert seen.status == 200 and "runs" in str(seen.json), seen
    board = client.post("/api/v1/boards", {"logdir": f"{home}/runs", "new": True, "wake": True}).json
    board = in_state(client, board, "ready", seconds=SLOW)
    assert client.get(f"{board['url']}data/runs").json, "no run is shown"
    assert board["notices"] == [], board
    return board


def test_a_home_that_root_may_not_read(lab, person):
    nina = person("/nfs")
    home = f"/nfs/{nina.user}"
    refused = lab.verb("exec", "ls", home, check=False)
    assert refused.returncode != 0 and "Permission denied" in refused.stderr, refused
    shows_runs(nina, home)


def test_a_home_that_is_mounted_when_somebody_touches_it(lab, person):
    lab.write("/etc/auto.master.d/lab.autofs", "/auto /etc/auto.lab\n")
    lab.write("/etc/auto.lab", f"* -fstype=nfs4 127.0.0.1:{EXPORT}/&\n")
    lab.systemctl("restart", "autofs", seconds=120)
    try:
        max_ = person("/auto")
        home = f"/auto/{max_.user}"
        assert home not in lab.read("/proc/mounts").decode()
        shows_runs(max_, home)
        assert home in lab.read("/proc/mounts").decode()
    finally:
        lab.systemctl("stop", "autofs", seconds=120)

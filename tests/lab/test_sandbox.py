# SPDX-License-Identifier: MIT
"""Every service of boardgate has the sandbox of boardgate-.service.d in force, as systemd reads it."""
import re
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).resolve().parents[2] / "systemd"
SHARED = re.findall(r"(?m)^(\w+)=(.*)$", (SYSTEMD / "boardgate-.service.d/10-sandbox.conf").read_text())
# sendmail may be set-gid.
UNITS = sorted(path.name for path in SYSTEMD.glob("boardgate*.service") if path.name != "boardgate-notify@.service")
# What systemd shows of a value that it writes in another form.
SHOWN = {"IPAddressDeny": "::/0 0.0.0.0/0", "TemporaryFileSystem": "/dev/shm:ro", "SystemCallErrorNumber": "1", "LimitCORE": "0"}


def shown(lab, unit, name):
    return lab.systemctl("show", "--value", f"--property={name}", unit.replace("@.", "@1000.")).strip()


@pytest.mark.parametrize("unit", UNITS)
def test_the_shared_sandbox_is_in_force(lab, unit):
    assert len(SHARED) > 20
    for name, value in SHARED:
        found = shown(lab, unit, name)
        assert set(SHOWN.get(name, value).split()) <= set(found.split()), f"{name}: {found!r}"


def test_sendmail_is_not_confined(lab):
    assert shown(lab, "boardgate-notify@.service", "NoNewPrivileges") == "no"

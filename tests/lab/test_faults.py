# SPDX-License-Identifier: MIT
"""A short fault run; `make faults` makes a long one."""
import subprocess
from pathlib import Path

SECONDS = 20


def test_after_faults_at_random_nothing_is_left(lab):
    done = subprocess.run([str(Path(__file__).with_name("fault-run")), str(SECONDS)], env=lab.env, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=SECONDS + 200)
    assert done.returncode == 0, done.stdout + done.stderr

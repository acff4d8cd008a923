# SPDX-License-Identifier: MIT
"""How memory, descriptors and threads of boardgate's programs change over a run, per hour. For fault-run."""
import threading
import time

EVERY_SECONDS = 10
# Before that, caches and arenas fill.
WARM_UP = 0.25
# Least squares of fewer points say nothing.
LEAST_SAMPLES = 12
SAMPLE = r"""
import json, subprocess
from pathlib import Path
units = ["boardgated.service", "boardgate-launcher.service", "boardgate-ports.service", "boardgate-journal.service", "nginx.service"]
shown = subprocess.run(["systemctl", "show", "-p", "Id", "-p", "MainPID", *units], capture_output=True, text=True).stdout
found = {}
for unit in shown.strip().split("\n\n"):
    fields = dict(line.split("=", 1) for line in unit.splitlines())
    process = Path("/proc", fields["MainPID"])
    try:
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines() if ":" in line)
        found[fields["Id"]] = {"pid": fields["MainPID"], "KiB": int(status["VmRSS"].split()[0]), "threads": int(status["Threads"]),
                               "descriptors": len(list((process / "fd").iterdir()))}
    except (OSError, KeyError):
        pass
print(json.dumps(found))
"""


def slope(points):
    """Per second, by least squares over (seconds, value)."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


class Slopes(threading.Thread):
    """Samples until `end` (time.monotonic)."""

    def __init__(self, lab, end):
        super().__init__()
        self.lab, self.end, self.samples = lab, end, []

    def run(self):
        began = time.monotonic()
        while (left := self.end - time.monotonic()) > 0:
            try:
                self.samples.append((time.monotonic() - began, self.lab.python(SAMPLE)))
            except (OSError, AssertionError):
                pass  # a busy moment; the next sample counts
            time.sleep(min(EVERY_SECONDS, max(left, 0)))

    def lines(self):
        """A line for each program whose process was the same one for long enough."""
        kept = self.samples[int(len(self.samples) * WARM_UP):]
        for unit in kept[-1][1] if kept else {}:
            last = kept[-1][1][unit]
            points = [(at, sample[unit]) for at, sample in kept if sample.get(unit, {}).get("pid") == last["pid"]]
            if len(points) < LEAST_SAMPLES:
                continue
            told = ", ".join(f"{what} {points[0][1][what]} -> {last[what]} ({slope([(at, one[what]) for at, one in points]) * 3600:+.0f} per hour)"
                             for what in ("KiB", "descriptors", "threads"))
            yield f"{unit} over {points[-1][0] - points[0][0]:.0f} s: {told}"

# SPDX-License-Identifier: MIT
"""Shared parts of the gate's benchmarks: a cheap board, plain nginx for the same door, and load on both."""
import re
import socket
import subprocess
import tempfile
from contextlib import contextmanager

from rounds import Board, logged_in, until

# Short and many: on a shared machine the next second is another one.
SECONDS = 1
PLAIN_PORT = 8443
# A log that is written, so that followers have something to do: lines in a second.
LINES = 10

# In place of `tensorboard`: an answer that costs next to nothing, at the address where TensorBoard's would be, and one of 1 MB.
LARGE = "data/large"
TINY = """#!/bin/sh
for word; do case $word in --port=*) port=${word#*=} ;; esac; done
truncate --size=1000000 "$TMPDIR/large"
cat >"$TMPDIR/tiny.conf" <<END
daemon off;
master_process off;
error_log stderr;
pid tiny.pid;
events { worker_connections 1000; }
http {
    access_log off;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    server {
        listen 127.0.0.1:$port backlog=1000;
        location / { return 200 '{"version":"tiny"}'; }
        location ~ /large$ { alias $TMPDIR/large; }
    }
}
END
(while sleep 1; do for line in @lines@; do echo "line $line of this second"; done; done) &
exec /usr/sbin/nginx -e stderr -p "$TMPDIR/" -c "$TMPDIR/tiny.conf"
"""

# The same nginx, TLS, log and door, and nothing between.
PLAIN = """
server {
    listen @port@ ssl http2;
    include /etc/boardgate/nginx-server.conf;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:boardgate_tls:10m;
    access_log /var/log/nginx/boardgate.log boardgate;
    gzip off;
    location / { proxy_pass http://127.0.0.1:@door@; }
}
"""


def prepare(machine, *nodes):
    tiny = TINY.replace("@lines@", " ".join(map(str, range(1, LINES + 1))))
    for each in (machine, *nodes):
        each.write("/usr/local/bin/tiny-tensorboard", tiny, mode="0755")
    configuration = machine.read("/etc/boardgate/boardgate.conf").decode()
    if "\ntiny = " not in configuration:
        machine.write("/etc/boardgate/boardgate.conf", configuration + "\ntiny = /usr/local/bin/tiny-tensorboard\n")
        machine.systemctl("restart", "boardgated.service")
        machine.systemctl("stop", "boardgate-launcher.service")


def tiny_board(client, **options):
    """A board with that upstream."""
    board = Board(client, environment="tiny", title="bench", **options)
    board.wait_until_it_answers()
    return board


def reload_nginx(machine):
    """Returns when the workers of before have ended: they break off connections that stay open."""
    def workers():
        return set(machine.exec("pgrep", "-P", machine.property("nginx.service", "MainPID")).split())

    before = workers()
    machine.systemctl("reload", "nginx")
    until("the workers of before have ended", lambda: (now := workers()) and not now & before)


@contextmanager
def both_ways(machine, board, connections=16):
    """The same load through the gate, and through plain nginx."""
    site = PLAIN.replace("@port@", str(PLAIN_PORT)).replace("@door@", str(board.port))
    machine.write("/etc/nginx/sites-enabled/plain", site)
    reload_nginx(machine)
    try:
        host = board.client.host
        until("plain nginx serves", lambda: socket.create_connection((host, PLAIN_PORT), 5))
        yield [Load(machine, board, port, connections) for port in (board.client.port, PLAIN_PORT)]
    finally:
        machine.exec("rm", "-f", "/etc/nginx/sites-enabled/plain")
        reload_nginx(machine)


# Processor time by program, in microseconds, from the scheduler's counters. nginx: the workers; its namesake in the sandbox is the
# upstream.
CPU = r"""
import json, os, pwd
parts = {"nginx": "nginx", "boardgated": "boardgated", "boardgate-board": "board", "boardgate-far": "far"}
used = {**dict.fromkeys(parts.values(), 0), "upstream": 0}
www = pwd.getpwnam("www-data").pw_uid
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        part = parts.get(open(f"/proc/{pid}/comm").read().strip())
        if not part:
            continue
        if part == "nginx" and os.stat(f"/proc/{pid}").st_uid != www:
            part = "upstream"
        for task in os.listdir(f"/proc/{pid}/task"):
            used[part] += int(open(f"/proc/{pid}/task/{task}/schedstat").read().split()[0]) // 1000
    except OSError:
        continue
print(json.dumps(used))
"""

# The targets in turn.
IN_TURN = """
local targets, at = {@targets@}, 0
function request()
    at = at % #targets + 1
    return wrk.format("GET", targets[at])
end
"""


class Load:
    """Requests per second, all with status 2xx. `last`: microseconds of processor time of one, by program."""

    def __init__(self, machine, board, port, connections=16, targets=()):
        self.machine, self.requests, self.last = machine, 0, {}
        client = board.client
        self.script = IN_TURN.replace("@targets@", ", ".join(f'"{target}"' for target in targets)) if targets else ""
        # Both sides get the same headers.
        self.command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s",
                        "-H", f"Cookie: __Host-Http-boardgate={client.cookie}", "-H", "Sec-Fetch-Site: same-origin",
                        f"https://{client.host}:{port}{board.target}"]

    def __call__(self):
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
            script.write(self.script)
            script.flush()
            before = self.machine.python(CPU)
            said = subprocess.run([*self.command, "-s", script.name] if self.script else self.command,
                                  capture_output=True, text=True, check=True, timeout=60).stdout
            after = self.machine.python(CPU)
        assert "Non-2xx" not in said and "Socket errors" not in said, said
        answered = int(re.search(r"(\d+) requests in", said)[1])
        self.requests += answered
        self.last = {part: (after[part] - before[part]) / answered for part in after}
        return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])


class Gate:
    """A cheap board of a lab, and the load on it both ways. `rounds`: what each of them cost."""

    def __init__(self, stack, machine, connections=16):
        self.rounds = []
        prepare(machine)
        client, = until("boardgated serves", lambda: logged_in(machine, "alice"))
        board = stack.enter_context(tiny_board(client))
        self.gate, self.plain = stack.enter_context(both_ways(machine, board, connections))

    def measure(self):
        rate = self.gate() / self.plain()
        boardgated = self.gate.last["boardgated"]
        self.rounds.append({
            "added by the gate, us": self.gate.last["nginx"] + boardgated - self.plain.last["nginx"],
            "boardgated, us": boardgated,
            "boardgate-board, us": self.gate.last["board"],
            "nginx and boardgated, us": self.gate.last["nginx"] + boardgated,
            "requests/s against plain nginx": rate,
        })

    def column(self, what):
        return [row[what] for row in self.rounds]

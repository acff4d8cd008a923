# SPDX-License-Identifier: MIT
"""Accounts, sessions and boards in a lab that nobody made through the API, and what the programs there use."""
import json

ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"

# Processor time (user + system) in milliseconds, by program, from the scheduler's counters of nanoseconds. `ended` is that of
# processes which have ended: workers, readers, the children of systemd that build sandboxes. Process 1 has waited for them.
CPU = r"""
import json, os
used, tick = {}, 1000 / os.sysconf("SC_CLK_TCK")
def run_time(pid):
    return sum(int(open(f"/proc/{pid}/task/{task}/schedstat").read().split()[0]) for task in os.listdir(f"/proc/{pid}/task")) / 1e6
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        name, _, rest = open(f"/proc/{pid}/stat").read().partition("(")[2].rpartition(")")
        used[name] = used.get(name, 0) + run_time(pid)
    except OSError:
        continue
    if pid == "1":
        used["ended"] = sum(int(word) * tick for word in rest.split()[13:15])
print(json.dumps(used))
"""

# Proportional set size in MB of boardgate's processes, without those of the boards themselves.
MEMORY = r"""
import json, os, re
sizes = {}
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        program = os.readlink(f"/proc/{pid}/exe")
        if not program.startswith("/usr/lib/boardgate/") or program.endswith(("boardgate-board", "boardgate-data")):
            continue
        size = int(re.search(r"^Pss:\s+(\d+)", open(f"/proc/{pid}/smaps_rollup").read(), re.M)[1])
    except (OSError, TypeError):
        continue
    name = program.rpartition("/")[2]
    sizes[name] = round(sizes.get(name, 0) + size / 1024, 2)
print(json.dumps(sizes))
"""

# The accounts have one password between them, which nobody knows, and the mark of it is in their tickets.
ACCOUNTS = r"""
import json, sys
count = int(sys.argv[1])
known = open("/etc/passwd").read()
with open("/etc/passwd", "a") as users, open("/etc/shadow", "a") as shadow, open("/etc/group", "a") as groups:
    for number in range(count):
        name, uid = f"many{number}", 20000 + number
        if f"\n{name}:" not in known:
            users.write(f"{name}:x:{uid}:{uid}::/home/{name}:/bin/sh\n")
            shadow.write(f"{name}:$y$j9T$many:20000:0:99999:7:::\n")
            groups.write(f"{name}:x:{uid}:\n")
print(json.dumps(count))
"""

# Sessions with tickets, in equal parts; boards like the template, which the API made. Nothing else may write meanwhile.
ROWS = r"""
import hashlib, json, os, pwd, secrets, sqlite3, sys, time
sessions, accounts, boards, alphabet = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
db = sqlite3.connect("/var/lib/boardgate/boardgate.db")
now = int(time.time())
mark = hashlib.sha256(b"$y$j9T$many\n20000").hexdigest()
tickets = "/var/lib/boardgate-root/tickets/"
db.execute("DELETE FROM sessions WHERE user LIKE 'many%'")
for number in range(sessions):
    owner = number % accounts
    token = hashlib.sha256(secrets.token_bytes(32)).hexdigest()
    row = {"hash": token, "uid": 20000 + owner, "user": f"many{owner}", "created": now, "last_used": now, "expires": now + 600000,
           "name": "", "address": f"192.0.2.{owner % 200 + 1}"}
    db.execute(f"INSERT INTO sessions ({','.join(row)}) VALUES ({','.join('?' * len(row))})", list(row.values()))
    with open(os.open(tickets + token, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(f"2 {row['uid']} {row['expires']} {mark} session {row['user']}\n")
columns = [row[1] for row in db.execute("PRAGMA table_info(boards)")]
found = db.execute("SELECT * FROM boards WHERE owner = 'alice' ORDER BY created DESC LIMIT 1").fetchone()
template = dict(zip(columns, found or ()))
db.execute("DELETE FROM boards WHERE owner LIKE 'many%'")
for number in range(boards):
    owner = number % max(accounts, 1)
    row = {**template, **({"deleted": 0} if "deleted" in columns else {}), "id": "".join(secrets.choice(alphabet) for _ in range(8)), "uid": 20000 + owner, "owner": f"many{owner}"}
    db.execute(f"INSERT INTO boards ({','.join(columns)}) VALUES ({','.join('?' * len(columns))})", [row[name] for name in columns])
db.commit()
print(json.dumps(len(columns)))
"""


def used(machine):
    return machine.python(CPU)


def since(machine, before):
    """Milliseconds of processor time by program since then; programs that began later count from their beginning."""
    now = used(machine)
    return {name: now[name] - before.get(name, 0) for name in now if now[name] - before.get(name, 0) > 0}


def memory(machine):
    return machine.python(MEMORY)


def populate(machine, sessions=0, accounts=0, boards=0):
    """Replaces what was written so before. boardgated restarts."""
    if accounts:
        machine.python(ACCOUNTS, str(accounts))
    machine.systemctl("stop", "boardgated.service", "boardgated-app.socket", "boardgated-gate.socket", "boardgated-stream.socket")
    machine.python(ROWS, str(sessions), str(accounts), str(boards), ALPHABET, seconds=300)
    start(machine)


def start(machine):
    """Seconds from the start of boardgated to READY, and its milliseconds of processor time until then."""
    machine.systemctl("stop", "boardgated.service")
    machine.systemctl("start", "boardgated-gate.socket", "boardgated-app.socket", "boardgated-stream.socket")
    return json.loads(machine.exec("/usr/bin/python3", "-I", "-c", START, seconds=300))


START = r"""
import json, os, subprocess, time
began = time.monotonic()
subprocess.run(["systemctl", "start", "boardgated.service"], check=True)
took = time.monotonic() - began
pid = subprocess.run(["systemctl", "show", "--property=MainPID", "--value", "boardgated.service"], capture_output=True, text=True).stdout.strip()
tasks = os.listdir(f"/proc/{pid}/task")
print(json.dumps([took, sum(int(open(f"/proc/{pid}/task/{task}/schedstat").read().split()[0]) for task in tasks) / 1e6]))
"""

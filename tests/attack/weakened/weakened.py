# SPDX-License-Identifier: MIT
"""Takes one line of a defence away, and runs the test that must notice. Configuration is changed inside a lab; code is built
from a copy of the tree."""
import os
import re
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from machine import PROGRAM, until

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[2]
TABLES = ("nginx", "systemd", "code")
COPY = TOP / "build/weakened"
# What a build of one program or unit test reads.
SOURCES = ("Makefile", "config.mk", "config.mk.in", "config.status", "configure", "configure.ac", "build-aux", "debian", "src", "nginx",
           "systemd", "tests/unit", "tests/fakes", "tests/fuzz", "tests/structure", "tests/lab")
PYTEST = ["/usr/bin/python3", "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", "tests", "-x"]


@dataclass
class Row:
    file: str
    gone: str = ""
    instead: str = ""
    then: list = field(default_factory=list)
    test: str = ""

    def __str__(self):
        return re.sub(r"[^\w.=/-]+", "_", f"{self.file}-{self.gone}")[:90]

    def weakened(self, text):
        """The text without the line, which is there once."""
        pattern = re.compile(rf"(?m)^(\s*){re.escape(self.gone)}[ \t]*$")
        found = pattern.findall(text)
        if len(found) != 1:
            raise ValueError(f"{self.file} has this line {len(found)} times: {self.gone}")
        return pattern.sub(lambda match: match[1] + self.instead, text)


def rows_of(table):
    rows = []
    for line in (HERE / table).read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith("    "):
            rows.append(Row(line))
            continue
        mark, _, rest = line.strip().partition(" ")
        if mark in ("-", "+"):
            setattr(rows[-1], "gone" if mark == "-" else "instead", rest)
        elif mark == "!":
            rows[-1].then.append(rest)
        else:
            rows[-1].test = line.strip()
    return rows


def chosen(table):
    """All rows, or the first."""
    return rows_of(table) if os.environ.get("WEAKENED") == "all" else rows_of(table)[:1]


# -- running a test -----------------------------------------------------------------------------------------------------
def run(command, folder=TOP, seconds=300, **more):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "MAKE", "MFLAGS"))}
    return subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds,
                          env={**env, **more})


def must_notice(row, lab, folder=TOP):
    """The row's test fails, and by an assertion: a mistake of the change would fail, too."""
    path, _, name = row.test.partition("::")
    if path.endswith(".cc"):
        program = f"build/tests/{Path(path).parts[2]}_test"
        built = run(["make", f"-j{os.cpu_count()}", program], folder, 900)
        assert built.returncode == 0, f"the weakened tree does not build:\n{built.stdout[-3000:]}{built.stderr[-3000:]}"
        done = run([folder / program, f"--gtest_filter={name}"], folder)
        assert "[ RUN      ]" in done.stdout, f"no such test: {row.test}"
        noticed = done.returncode == 1 and "[  FAILED  ]" in done.stdout
    elif not name:
        done = run([folder / path], folder, 600)
        noticed = done.returncode == 1
    else:
        done = run([*PYTEST, row.test], TOP, 600, BOARDGATE_LAB=lab.name)
        noticed = done.returncode == 1 and " failed" in done.stdout
    assert noticed, f"without `{row.gone}` of {row.file}, {row.test} ends with status {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-1000:]}"


def is_compiled(row):
    return row.file.startswith("src/") and not row.file.startswith("src/frontend/")


# -- configuration ------------------------------------------------------------------------------------------------------
def installed(file):
    """Where `make install` puts a file."""
    folder, _, name = file.partition("/")
    if file == "nginx/boardgate.conf":
        return "/etc/nginx/sites-available/boardgate"
    if file.startswith("src/frontend/view/"):
        return f"/usr/share/boardgate/view/{Path(name).name}"
    return f"/usr/share/boardgate/nginx/{name}" if folder == "nginx" else f"/usr/lib/systemd/system/{name}"


def make_it_count(lab, row):
    if row.file.startswith("nginx/"):
        before = workers(lab)
        lab.exec("nginx", "-t")
        lab.systemctl("reload", "nginx")
        until("nginx has new workers", lambda: workers(lab) - before)
        return
    if row.file.startswith("src/frontend/view/"):
        lab.systemctl("start", "boardgate-frontend.service")
        return
    lab.systemctl("daemon-reload")
    name = row.file.split("/")[1]
    if name.endswith(".service") and "@" not in name:
        lab.systemctl("restart", name)
    for command in row.then:
        lab.exec("sh", "-euc", command)


def workers(lab):
    return set(lab.exec("pgrep", "-f", "nginx: worker process$").split())


@contextmanager
def weakened_lab(lab, row):
    path = installed(row.file)
    before = lab.read(path).decode()
    lab.write(path, row.weakened(before))
    try:
        make_it_count(lab, row)
        yield
    finally:
        lab.write(path, before)
        make_it_count(lab, row)


# -- code and rules about the tree --------------------------------------------------------------------------------------
@cache
def copy_of_tree():
    """Once: a file that was weakened is newer than its object afterwards, so that it is built again."""
    shutil.rmtree(COPY, ignore_errors=True)
    for part in (*SOURCES, "build/obj", "build/lib", "build/how"):
        (COPY / part).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (TOP / part).is_dir() else shutil.copy2
        copy(TOP / part, COPY / part)


@contextmanager
def weakened_copy(row):
    """A copy of the tree with what was built, without the line: only what depends on it is built again."""
    copy_of_tree()
    file = COPY / row.file
    before = file.read_text()
    file.write_text(row.weakened(before))
    try:
        yield COPY
    finally:
        file.write_text(before)


@contextmanager
def weakened_program(lab, row, folder):
    """The program that the file is of, in the lab in place of the installed one."""
    program = {"boardgated": "boardgated", "cli": "boardgate"}.get(row.file.split("/")[1], f"boardgate-{row.file.split('/')[1]}")
    built = run(["make", f"-j{os.cpu_count()}", f"build/bin/{program}"], folder, 900)
    assert built.returncode == 0, f"the weakened program does not build:\n{built.stdout[-3000:]}{built.stderr[-3000:]}"
    target = PROGRAM.Lab(lab.name).root / "usr/lib/boardgate" / program
    kept = target.read_bytes(), target.stat().st_mode

    def put(content):
        fresh = target.with_suffix(".fresh")
        fresh.write_bytes(content)
        fresh.chmod(kept[1])
        fresh.rename(target)
        for command in row.then:
            lab.exec("sh", "-euc", command)

    put((folder / "build/bin" / program).read_bytes())
    try:
        yield
    finally:
        put(kept[0])

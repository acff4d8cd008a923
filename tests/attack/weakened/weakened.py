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
class Change:
    """A line of a file that is taken away."""
    file: str
    gone: str = ""
    instead: str = ""

    def weakened(self, text):
        """The text without the line, which is there once."""
        pattern = re.compile(rf"(?m)^(\s*){re.escape(self.gone)}[ \t]*$")
        found = pattern.findall(text)
        if len(found) != 1:
            raise ValueError(f"{self.file} has this line {len(found)} times: {self.gone}")
        return pattern.sub(lambda match: match[1] + self.instead, text)


    def __str__(self):
        """The words of the line that are gone, and what is there instead."""
        before, after = self.gone.split(" "), self.instead.split(" ") if self.instead else []
        start = len(os.path.commonprefix([before, after]))
        end = len(os.path.commonprefix([before[start:][::-1], after[start:][::-1]]))
        gone, instead = (" ".join(words[start:len(words) - end]) for words in (before, after))
        return f"{self.file}: {gone or '(nothing)'}" + (f" -> {instead or '(nothing)'}" if self.instead else "")


@dataclass
class Row:
    changes: list
    then: list = field(default_factory=list)
    tests: list = field(default_factory=list)

    @property
    def file(self):
        return self.changes[0].file

    @property
    def gone(self):
        return self.changes[0].gone

    def __str__(self):
        return re.sub(r"[^\w.=/-]+", "_", f"{self.file}-{self.gone}")[:90]


def rows_of(table):
    rows = []
    for line in (HERE / table).read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith("    "):
            if line.startswith("& "):
                rows[-1].changes.append(Change(line[2:]))
            else:
                rows.append(Row([Change(line)]))
            continue
        mark, _, rest = line.strip().partition(" ")
        if mark in ("-", "+"):
            setattr(rows[-1].changes[-1], "gone" if mark == "-" else "instead", rest)
        elif mark == "!":
            rows[-1].then.append(rest)
        else:
            rows[-1].tests.append(line.strip())
    return rows


def chosen(table):
    """All rows, or the first."""
    return rows_of(table) if os.environ.get("WEAKENED") == "all" else rows_of(table)[:1]


# -- running a test -----------------------------------------------------------------------------------------------------
def run(command, folder=TOP, seconds=300, **more):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "MAKE", "MFLAGS"))}
    return subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds,
                          env={**env, **more})


def in_lab(test):
    return test.startswith(("tests/lab", "tests/attack", "tests/fault", "tests/browser"))


def must_notice(row, test, lab, folder=TOP):
    """The test fails, and by an assertion: a mistake of the change would fail, too."""
    path, _, name = test.partition("::")
    if path.endswith(".cc"):
        program = f"build/tests/{Path(path).parts[2]}_test"
        built = run(["make", f"-j{os.cpu_count()}", program], folder, 900)
        assert built.returncode == 0, f"the weakened tree does not build:\n{built.stdout[-3000:]}{built.stderr[-3000:]}"
        done = run([folder / program, f"--gtest_filter={name}"], folder)
        assert "[ RUN      ]" in done.stdout, f"no such test: {test}"
        noticed = done.returncode == 1 and "[  FAILED  ]" in done.stdout
    elif not name:
        done = run([folder / path], folder, 600)
        noticed = done.returncode == 1
    else:
        done = run([*PYTEST, test], TOP, 600, BOARDGATE_LAB=lab.name)
        noticed = done.returncode == 1 and " failed" in done.stdout
    assert noticed, f"without `{row.gone}` of {row.file}, {test} ends with status {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-1000:]}"


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
    if file.startswith("nginx/portal/"):
        return f"/usr/share/boardgate/{name}"
    return f"/usr/share/boardgate/nginx/{name}" if folder == "nginx" else f"/usr/lib/systemd/system/{name}"


def make_it_count(lab, file):
    if file.startswith("nginx/portal/"):
        return  # nginx reads it for each browser
    if file.startswith("nginx/"):
        before = workers(lab)
        lab.exec("nginx", "-t")
        lab.systemctl("reload", "nginx")
        until("nginx has new workers", lambda: workers(lab) - before)
    elif file.startswith("src/frontend/view/"):
        lab.systemctl("start", "boardgate-frontend.service")
    else:
        lab.systemctl("daemon-reload")
        name = file.split("/")[1]
        if name.endswith(".service") and "@" not in name:
            lab.systemctl("restart", name)


def workers(lab):
    return set(lab.exec("pgrep", "-f", "nginx: worker process$").split())


@contextmanager
def weakened_lab(lab, row):
    before = {change.file: lab.read(installed(change.file)).decode() for change in row.changes}

    def put(texts):
        for file, text in texts.items():
            lab.write(installed(file), text)
        for file in texts:
            make_it_count(lab, file)
        for command in row.then:
            lab.exec("sh", "-euc", command)

    try:
        now = dict(before)
        for change in row.changes:
            now[change.file] = change.weakened(now[change.file])
        put(now)
        yield
    finally:
        put(before)


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
    before = {change.file: (COPY / change.file).read_text() for change in row.changes}
    for change in row.changes:
        file = COPY / change.file
        file.write_text(change.weakened(file.read_text()))
    try:
        yield COPY
    finally:
        for name, text in before.items():
            (COPY / name).write_text(text)


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

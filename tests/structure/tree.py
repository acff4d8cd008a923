# SPDX-License-Identifier: MIT
"""The source tree for the structure tests: its files, the Makefile's tables, and the list of faults."""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
_made = ("build", ".git", "__pycache__", "autom4te.cache", ".pytest_cache", "config.mk", "config.status", "config.log",
         "configure", "configure~", "compile_commands.json")

_bytes = TOP / "tests/fuzz/corpus"  # no text, even where it looks like one

faults = []


def fault(where, what, line=None):
    """Adds a fault; `where` is a path, or another text that names the place."""
    place = str(where.relative_to(TOP)) if isinstance(where, Path) and where.is_relative_to(TOP) else str(where)
    faults.append(f"{place}:{line}: {what}" if line else f"{place}: {what}")


def finish(looked_at):
    """Ends the test and prints the faults, or what was checked; a test that checked nothing fails."""
    name = Path(sys.argv[0]).name
    for text in faults:
        print(f"{name}: {text}")
    if not looked_at:
        print(f"{name}: found nothing to look at")
    elif not faults:
        print(f"{name}: {looked_at} looked at")
    sys.exit(1 if faults or not looked_at else 0)


def files(*patterns, below=""):
    """The source files, without built ones, in a fixed order."""
    found = []
    for folder, folders, names in os.walk(TOP / below):
        folders[:] = sorted(f for f in folders if f not in _made and Path(folder, f) != _bytes)
        found += [Path(folder) / n for n in sorted(names) if n not in _made]
    return [f for f in found if not patterns or any(f.match(p) for p in patterns)]


def lines(path):
    return enumerate(path.read_text(errors="replace").splitlines(), 1)


def table(path, row):
    """Rows `NAME(a, b, ...)` of a table: (line, [arguments]); adjacent texts are joined and lose their quotes."""
    text = re.sub(r"(?m)^\s*//.*$", "", (TOP / path).read_text())
    argument = r'"(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*|[^",()]+'
    rows = []
    for match in re.finditer(rf"(?m)^{row}\(((?:{argument}|,)*)\)", text):
        values = []
        for value in re.findall(argument, match[1]):
            if value.strip().startswith('"'):
                values.append("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', value)))
            elif value.strip():
                values.append(value.strip())
        rows.append((text[:match.start()].count("\n") + 1, values))
    return rows


def named_test(name):
    """What is wrong with the name of a test; None if it exists. `file.py::test_x`, `file_test.cc::Suite.Case`, or an executable or
    a fuzz target by its path."""
    path, _, test = name.partition("::")
    if not (TOP / path).is_file():
        return f"there is no {path}"
    if not test:
        return None if os.access(TOP / path, os.X_OK) or path.startswith("tests/fuzz/") else f"{path} names no test of it"
    text = (TOP / path).read_text()
    if path.endswith(".cc"):
        pattern = r"TEST(_F|_P)?\(" + re.escape(test).replace(r"\.", r",\s*") + r"\)"
    else:
        pattern = rf"(?m)^def {re.escape(test.partition('[')[0])}\b"
    return None if re.search(pattern, text) else f"{path} has no {test}"


def makefile(variable):
    """The words of a variable of the Makefile."""
    text = (TOP / "Makefile").read_text().replace("\\\n", " ")
    match = re.search(rf"(?m)^{re.escape(variable)}\s*=(.*)$", text)
    return match[1].split() if match else []


def install(stage, *variables):
    """The result of `make install` into an empty folder."""
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "SANITIZE")}
    done = subprocess.run(["make", "-C", str(TOP), "install", f"DESTDIR={stage}", *variables], capture_output=True,
                          text=True, env=env, stdin=subprocess.DEVNULL, timeout=300)
    if done.returncode != 0:
        sys.exit(f"make install: status {done.returncode}\n{done.stdout}{done.stderr}")
    return Path(stage)


def scratch():
    return tempfile.TemporaryDirectory(prefix="boardgate-structure-")

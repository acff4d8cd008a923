# SPDX-License-Identifier: MIT
"""The trees that a lab's machines boot from: clean Debian, Slurm on top of it, and boardgate, by `make install` or as a package."""
import hashlib
import os
import re
from pathlib import Path

from bounded import BASE_SECONDS, BUILD_SECONDS, Failure, locked, run, say

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
CACHE = (TOP / "build/lab").resolve()  # as /proc/mounts names it
RELEASE = os.environ.get("BOARDGATE_RELEASE") or "bookworm"
# The folder of each release's tree, the script that makes it, and what else that script reads.
TREES = {"bookworm": ("base", "tree"), "trixie": ("trixie", "tree-trixie", "tree")}
WHEELS = CACHE / ("wheels" if RELEASE == "bookworm" else f"wheels-{RELEASE}")
# Trees contain set-uid programs and homes of uids that may exist here as well: nobody else may enter.
PRIVATE = 0o700
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
INSIDE = {"PATH": PATH, "HOME": "/root", "USER": "root", "LANG": "C.UTF-8", "SHELL": "/bin/bash"}
SANITIZE = os.environ.get("SANITIZE", "")
SANITIZERS = {**dict.fromkeys(("boardgate-.service", "boardgated.service", "tensorboard-.service"), "sanitizers"), "boardgate-login@.service": "sanitizers-login"}
READABLE = ("boardgate-logdirs", "boardgate-board")  # a sanitizer reads its options in /proc/self/environ


def recipe(*files):
    return hashlib.sha256(b"".join((HERE / f).read_bytes() for f in files)).hexdigest()[:12]


def made_once(kind, name, make):
    """The folder KIND-NAME of the cache. `make` fills it when it is missing; then older ones go, unless a lab uses them."""
    folder = CACHE / f"{kind}-{name}"
    with locked(CACHE / f"{kind}.lock"):
        if not folder.exists():
            fresh = CACHE / f"{kind}-new"
            run("rm", "-rf", "--one-file-system", fresh)
            fresh.mkdir(mode=PRIVATE)
            make(fresh)
            fresh.rename(folder)
            for old in set(CACHE.glob(f"{kind}-*/")) - {folder}:
                if str(old) not in Path("/proc/mounts").read_text():
                    run("rm", "-rf", "--one-file-system", old)
    return folder


def make_base():
    """The clean tree of the release that labs start from; made once, until its recipe changes."""
    if RELEASE not in TREES:
        raise Failure(f"BOARDGATE_RELEASE={RELEASE}: labs are of {' or '.join(TREES)}")
    kind, *scripts = TREES[RELEASE]
    return made_once(kind, recipe(*scripts, "write-events"), lambda fresh: run(
        HERE / scripts[0], fresh / "tree", WHEELS, seconds=BASE_SECONDS, stderr=None)) / "tree"


def make_slurm_layer():
    """What Debian's Slurm adds to the clean tree, as an upper layer of an overlay; made once."""
    if RELEASE != "bookworm":
        raise Failure(f"BOARDGATE_RELEASE={RELEASE}: clusters are of bookworm")
    base = make_base()
    return made_once("slurm", recipe("tree", "write-events", "slurm-layer"), lambda fresh: run(
        "unshare", "--mount", HERE / "slurm-layer", base, fresh, seconds=BASE_SECONDS, stderr=None)) / "layer"


def make_root(folder, layers):
    """A private copy of these layers, the topmost first: an overlay where the kernel lets us, else a real copy of the one."""
    root, upper, work = folder / "root", folder / "upper", folder / "work"
    folder.mkdir(parents=True, mode=PRIVATE)
    run("mkdir", upper, work, root)
    upper.chmod(0o755)  # it becomes the mode of /
    options = f"lowerdir={':'.join(map(str, layers))},upperdir={upper},workdir={work}"
    overlaid = run("mount", "-t", "overlay", "boardgate-lab", "-o", options, root, check=len(layers) > 1)
    if overlaid.returncode != 0:
        root.rmdir()
        run("cp", "-a", "--reflink=auto", layers[0], root, seconds=BASE_SECONDS)
    return root


def mounts_below(folder):
    return [m for m in (line.split()[1] for line in open("/proc/mounts")) if Path(m).is_relative_to(folder)]


def make_authority():
    """The labs' own certificate authority, one for all labs of this checkout."""
    if not (CACHE / "ca.crt").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        run(HERE / "certificate", CACHE / "ca")
    return CACHE / "ca.crt"


def make_packages():
    """Builds what is missing: the folder with the packages for the labs' release."""
    with locked(CACHE / "build.lock"):
        if RELEASE != "bookworm":
            run(TOP / "build-aux/check-releases", "--packages", RELEASE, seconds=3 * BUILD_SECONDS)
            return TOP / "build/releases" / RELEASE
        run(TOP / "build-aux/make-deb", "--built", seconds=BUILD_SECONDS)
        return TOP / "build/deb-built"


def install_package(root):
    """The release's package as dpkg installs it; what it depends on is in the tree."""
    if SANITIZE:
        raise Failure("programs with sanitizers are not packaged, and this machine builds them for bookworm")
    [package] = make_packages().glob("boardgate_*.deb")
    run("install", "-m", "644", package, root / "root/boardgate.deb")
    run("unshare", "--net", "chroot", root, "dpkg", "--install", "/root/boardgate.deb", env=INSIDE)
    run("rm", root / "root/boardgate.deb")


def make_install(root, goal="install"):
    """Builds what is missing and installs as README says; nothing else of ours gets into a lab."""
    if RELEASE != "bookworm":
        return install_package(root)
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "DESTDIR", "SANITIZE")}
    sanitized = [f"SANITIZE={SANITIZE}", "STRIP="] if SANITIZE else []
    with locked(CACHE / "build.lock"):
        run("make", "-C", TOP, f"-j{os.cpu_count()}", *sanitized, "all", seconds=BUILD_SECONDS * (3 if SANITIZE else 1), env=env)
        run("make", "-C", TOP, *sanitized, goal, f"DESTDIR={root}", seconds=BUILD_SECONDS, env=env)
    if SANITIZE and goal == "install":
        loosen(root)


def loosen(root):
    """Brings the sanitizers' libraries, takes back what no program with them can live with, and says what."""
    for library in ("libasan.so", "libubsan.so"):
        real = Path(run("g++", f"-print-file-name={library}").stdout.strip()).resolve()
        run("install", "-m", "644", real, root / "usr/lib" / re.match(r"lib\w+\.so\.\d+", real.name)[0])
    for unit, lines in SANITIZERS.items():
        run("install", "-D", "-m", "644", HERE / f"{lines}.conf", root / f"etc/systemd/system/{unit}.d/90-{lines}.conf")
    run("chmod", "755", *(root / "usr/lib/boardgate" / program for program in READABLE))
    say(f"loosened: {', '.join(f'{l}.conf for {u}' for u, l in SANITIZERS.items())}; mode 0755 for {', '.join(READABLE)}")

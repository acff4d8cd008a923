# SPDX-License-Identifier: MIT
"""TensorBoard's front-end files: all boards of an environment share exactly the files of its package; boards of a person's
own environment serve their own."""
import gzip
import io
import re
import zipfile

import pytest

from client import NAVIGATION
from fixtures import in_state
from machine import until

PROGRAM = "/opt/tensorboard/bin/tensorboard"
PLACE = re.compile(r"/frontend/[0-9a-f]{16}/")
GZIP = {"Accept-Encoding": "gzip"}
BESIDE_THE_PAGE = ("chart_worker.js", "icon_bundle.svg")
# A second environment like the first, but with a package tensorboard of its own.
SECOND = "/opt/second"
MAKE_SECOND = r"""
import json, os, shutil, sys
first, second = "/opt/tensorboard", sys.argv[1]
packages = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
os.makedirs(f"{second}/bin"), os.makedirs(f"{second}/{packages}")
shutil.copy(f"{first}/pyvenv.cfg", second)
with open(f"{first}/bin/tensorboard") as script, open(f"{second}/bin/tensorboard", "w") as copy:
    copy.write(text := script.read().replace(first, second))
os.symlink("/usr/bin/python3", text.splitlines()[0].removeprefix("#!"))
os.chmod(f"{second}/bin/tensorboard", 0o755)
for name in os.listdir(f"{first}/{packages}"):
    if name == "tensorboard":
        shutil.copytree(f"{first}/{packages}/{name}", f"{second}/{packages}/{name}")
    else:
        os.symlink(f"{first}/{packages}/{name}", f"{second}/{packages}/{name}")
print(json.dumps(f"{second}/{packages}/tensorboard/webfiles.zip"))
"""
# Replaces the zip, as pip does: a longer index.js, and more members.
CHANGE = r"""
import json, os, sys, zipfile
path, line, *more = sys.argv[1:]
with zipfile.ZipFile(path) as old, zipfile.ZipFile(path + ".new", "w") as new:
    for info in old.infolist():
        content = old.read(info)
        new.writestr(info, content + line.encode() if info.filename == "index.js" else content)
    for name in more:
        new.writestr(name, "x")
os.rename(path + ".new", path)
print(json.dumps(1))
"""


def place_of(client, board):
    """The shared folder that a board's page names, or None if it serves its own files."""
    answer = client.get(board["url"])
    assert answer.status == 200 and b"<tb-webapp>" in answer.body, answer
    script, = re.findall(r'<script[^>]* src="([^"]*index\.js)', answer.text)
    return PLACE.match(script)[0] if script.startswith("/") else None


def shared(client, board):
    return until("the board's files are shared", lambda: place_of(client, board), 20)


@pytest.fixture(scope="module")
def webfiles(lab):
    return zipfile.ZipFile(io.BytesIO(lab.read(f"{lab.packages}/tensorboard/webfiles.zip")))


@pytest.fixture
def second(lab, settings):
    """The webfiles.zip of the environment `second`, which exists during the test."""
    path = lab.python(MAKE_SECOND, SECOND)
    settings(environments={"second": f"{SECOND}/bin/tensorboard"})
    yield path
    lab.exec("rm", "-r", SECOND)


def publish(lab):
    lab.systemctl("start", "boardgate-frontend.service")


# ---- what is shared ----
def test_the_files_are_those_of_the_package_compressed_and_for_good(alice, stranger, ready_board, webfiles):
    place = shared(alice, ready_board(alice))
    fonts = [n for n in webfiles.namelist() if n.endswith(".woff2")]
    assert len(fonts) > 50
    for name, kind in [("index.js", "application/javascript; charset=utf-8"), ("chart_worker.js", "application/javascript; charset=utf-8"),
                       ("icon_bundle.svg", "image/svg+xml"), *((f, "font/woff2") for f in fonts)]:
        plain, small = (stranger.get(place + name, headers=headers) for headers in ({}, GZIP))
        assert plain.status == small.status == 200, (plain, small)
        assert plain.body == webfiles.read(name) and plain.header("Content-Encoding") is None, name
        if name not in fonts:
            assert small.header("Content-Encoding") == "gzip" and gzip.decompress(small.body) == plain.body, name
            assert len(small.body) <= len(gzip.compress(plain.body, 9)) and small.header("Vary") == "Accept-Encoding"
        for answer in (plain, small):
            assert answer.header("Content-Type") == kind
            assert answer.header("Cache-Control") == "public, max-age=31536000, immutable"
            assert answer.header("X-Content-Type-Options") == "nosniff" and not answer.all("Set-Cookie")


def test_fonts_are_also_where_tensorboard_itself_looks_for_them(alice, stranger, ready_board, webfiles):
    shared(alice, ready_board(alice))
    fonts = set(re.findall(rb"/font-roboto/[\w-]+\.woff2", webfiles.read("index.html") + webfiles.read("index.js")))
    assert len(fonts) > 50
    for path in map(bytes.decode, fonts):
        answer = stranger.get(path)
        assert answer.status == 200 and answer.body == webfiles.read(path[1:]), path
        assert answer.header("Cache-Control") == "public, max-age=31536000, immutable"


def test_every_board_of_the_environment_has_the_same_page_but_for_its_data(alice, bob, ready_board, stranger):
    mine, other, bobs = ready_board(alice), ready_board(alice, title="other"), ready_board(bob)
    shared(alice, mine)
    pages = [client.get(board["url"]) for client, board in ((alice, mine), (alice, other), (bob, bobs))]
    assert pages[0].body == pages[1].body == pages[2].body
    assert '<meta name="tb-relative-root" content="./">' in pages[0].text
    named = re.findall(r'<link rel="preload" as="script" href="(/[^"]+)"|<script src="(/[^"]+)"|url\((/[^)]+)\)', pages[0].text)
    assert named[0][0] == named[-1][1] and len(named) > 50, "what is asked for at the beginning is not what is loaded"
    for path in {"".join(one) for one in named}:
        assert PLACE.match(path) and stranger.get(path).status == 200, path
    assert alice.get(f"{mine['url']}data/plugins_listing").json["scalars"]["enabled"]


def test_the_page_is_small_and_asked_for_again_each_time(alice, ready_board):
    board = ready_board(alice)
    shared(alice, board)
    plain, small = alice.get(board["url"]), alice.get(board["url"], headers=GZIP)
    assert gzip.decompress(small.body) == plain.body and len(small.body) < 30_000 < 200_000 < len(plain.body)
    assert small.header("Content-Type") == "text/html; charset=utf-8" and small.header("Vary") == "Accept-Encoding"
    assert small.header("Cache-Control") == "private, no-cache"
    again = alice.get(board["url"], headers={**GZIP, "If-None-Match": small.header("ETag")})
    assert again.status == 304 and again.body == b"", again
    policy = dict(part.split(" ", 1) for part in small.header("Content-Security-Policy").split("; "))
    assert policy["script-src"] == "'self'" and policy["default-src"] == "'self'"
    assert policy["connect-src"] == f"https://{alice.netloc}/b/", "its scripts reach the API"
    # As TensorBoard takes it: settings of the view are in the query.
    assert alice.get(f"{board['url']}?darkMode=true&tagFilter=x").body == plain.body


def test_only_the_frames_of_plugins_make_code_of_text(alice, ready_board):
    board = ready_board(alice)
    # Behind a comma is TensorBoard's own policy, which can only tighten ours.
    ours = lambda path: alice.get(board["url"] + path).header("Content-Security-Policy").split(", ")[0]  # noqa: E731
    makes_code = lambda path: "'unsafe-eval'" in ours(path)  # noqa: E731
    assert makes_code("data/plugin_entry.html?name=projector") and makes_code("data/plugin/projector/projector_binary.html")
    for path in ("", "index.html", "data/environment", "data/plugins_listing", "data/pluginx/projector_binary.html", "x?/data/plugin/"):
        assert not makes_code(path), path


def test_what_the_script_looks_for_beside_the_page_is_sent_on(alice, ready_board):
    board = ready_board(alice)
    place = shared(alice, board)
    for name in BESIDE_THE_PAGE:
        answer = alice.get(f"{board['url']}{name}?_file_hash=60042af3")
        assert answer.status == 302 and answer.header("Location") == place + name, answer
        assert answer.header("Cache-Control") == "private, no-cache"


def test_a_sleeping_board_wakes_to_the_shared_page(alice, ready_board):
    board = ready_board(alice)
    place = shared(alice, board)
    for headers in (NAVIGATION, {}):
        assert alice.post(f"/api/v1/boards/{board['id']}/sleep").status == 202
        in_state(alice, board, "asleep")
        # A slow machine first shows the state page, which then loads the board.
        answer = until("the page is there", lambda: (a := alice.get(board["url"], headers=headers)).status == 200 and a, 20)
        assert place in answer.text and "no-cache" in answer.header("Cache-Control")


def test_what_an_administrator_removed_is_made_again(lab, alice, ready_board):
    board = ready_board(alice)
    place = shared(alice, board)
    lab.exec("rm", "-r", "/var/lib/boardgate-frontend/frontend")
    assert place_of(alice, board) is None
    assert alice.get(f"{board['url']}chart_worker.js").status == 200
    assert shared(alice, board) == place


# ---- who gets it ----
def test_the_gate_decides_about_shared_files_of_a_board_as_about_all_others(alice, bob, stranger, ready_board):
    board = ready_board(alice)
    shared(alice, board)
    for path in ("", "?x", *BESIDE_THE_PAGE):
        url = board["url"] + path
        assert stranger.get(url).code == "unauthenticated", path
        assert bob.get(url).code == "not_your_board", path
        assert alice.get(url, headers={"Sec-Fetch-Site": "same-site"}).code == "cross_site", path
        answer = alice.get(url, headers={"Service-Worker": "script"})
        assert answer.status == 403 and "no service workers" in answer.text, answer
    answer = stranger.visit(board["url"])
    assert answer.status == 303 and answer.header("Location") == f"/login?board={board['id']}"
    assert "<tb-webapp>" not in bob.visit(board["url"]).text
    # The page of a session that is over is not in a cache that answers without asking.
    small = alice.get(board["url"], headers=GZIP)
    assert stranger.get(board["url"], headers={"If-None-Match": small.header("ETag")}).status == 401


def test_nothing_else_can_be_reached_where_the_files_are(lab, alice, stranger, ready_board):
    place = shared(alice, ready_board(alice))
    on_disk = f"/var/lib/boardgate-frontend{place}"
    lab.write(f"{on_disk}LICENSE", "x")
    lab.exec("ln", "-s", "/etc/passwd", f"{on_disk}font-roboto/passwd.woff2")
    try:
        for path in ["/frontend", "/frontend/", place, place[:-1], f"{place}font-roboto/", f"{place}index.html", f"{place}index.js.gz",
                     f"{place}LICENSE", f"{place}font-roboto/passwd.woff2", "/frontend/environments", f"{place}../../environments",
                     f"{place}..%2f..%2fenvironments", f"{place}%2e%2e/%2e%2e/environments", f"{place}font-roboto/../../../environments",
                     f"{place}index.js/", f"{place}index.js%00.svg", f"{place.upper()}index.js", "/frontend/0000000000000000/index.js",
                     f"{place}/index.js/../index.html", "/font-roboto", "/font-roboto/", "/font-roboto/LICENSE",
                     "/font-roboto/../environments", "/font-roboto/..%2fenvironments", "/font-roboto/%2e%2e/environments"]:
            answer = stranger.get(path)
            assert answer.status in (400, 403, 404), (path, answer)
            assert "immutable" not in (answer.header("Cache-Control") or ""), path
            assert answer.header("Content-Security-Policy") or answer.status == 400, path
    finally:
        lab.exec("rm", f"{on_disk}LICENSE", f"{on_disk}font-roboto/passwd.woff2")
    for method in ("POST", "PUT", "DELETE"):
        assert stranger.send(method, f"{place}index.js").status in (403, 404, 405)
    answer = stranger.get(f"{place}index.js", headers={"Service-Worker": "script"})
    assert answer.status == 403, "it would stay in the browser"


# ---- environments ----
def test_an_environment_of_ones_own_keeps_tensorboards_own_way(alice, ready_board, settings, webfiles):
    settings(allow_own_environments="yes")
    board = ready_board(alice, environment=PROGRAM)
    assert place_of(alice, board) is None
    page = alice.get(board["url"])
    assert webfiles.read("index.html") in page.body
    for name in BESIDE_THE_PAGE:
        answer = alice.get(board["url"] + name, headers=GZIP)
        assert answer.status == 200 and gzip.decompress(answer.body) == webfiles.read(name), answer


def test_a_changed_environment_gets_another_place_and_the_old_one_goes(lab, alice, stranger, ready_board, second):
    board, of_default = ready_board(alice, environment="second"), ready_board(alice)
    first = shared(alice, of_default)
    assert shared(alice, board) == first, "the same files are published twice"

    def changed(*how):
        """The page of the board after the change and a restart."""
        lab.python(CHANGE, second, *how)
        while_old = place_of(alice, board)
        assert alice.post(f"/api/v1/boards/{board['id']}/restart").status == 202
        until("it was started anew", lambda: alice.board(board["id"])["state_since"] != board["state_since"])
        board.update(in_state(alice, board, "ready"))
        return while_old

    # TensorBoard still has the old files; boardgated notices the change while it answers from memory.
    assert changed("\n// one") in (None, first)
    one = shared(alice, board)
    assert one != first and stranger.get(f"{one}index.js").body.endswith(b"\n// one")
    assert place_of(alice, of_default) == first and stranger.get(f"{first}index.js").status == 200

    assert changed("\n// two") in (None, one)
    publish(lab)
    two = shared(alice, board)
    assert stranger.get(f"{two}index.js").body.endswith(b"\n// one\n// two")
    assert stranger.get(f"{one}index.js").status == 404, "versions that nobody has stay behind"
    assert len(lab.exec("ls", "/var/lib/boardgate-frontend/frontend").split()) == 2


def test_files_that_others_than_root_could_have_made_are_not_shared(lab, alice, ready_board, second):
    folder = second.rpartition("/")[0]
    ways = {"a file of somebody else's": ("chown", "alice", second), "a file that others may write": ("chmod", "o+w", second),
            "a folder of somebody else's": ("chown", "alice", folder), "no zip": ("truncate", "-s", "1000", second),
            "a name with a space": ("font-roboto/a b.woff2",), "a name above": ("../../../etc/x.woff2",)}
    lab.exec("cp", "-a", second, f"{second}.good")
    for why, how in ways.items():
        lab.exec(*how) if len(how) > 1 else lab.python(CHANGE, second, "", *how)
        began = lab.epoch()
        publish(lab)
        said = lab.journalctl("-u", "boardgate-frontend", "--since", began, "-o", "cat", "--no-pager")
        assert "environment second: its boards serve their own front end: " in said, why
        records = lab.read("/var/lib/boardgate-frontend/environments").decode().splitlines()
        assert sorted(r.endswith("\t-") for r in records) == [False, True], (why, records)
        if why == "a name with a space":  # nothing that TensorBoard would mind
            assert place_of(alice, ready_board(alice, environment="second")) is None
            assert place_of(alice, ready_board(alice)), "other environments suffer"
        lab.exec("sh", "-euc", 'cp -a "$1.good" "$1" && chown root "$2"', "again", second, folder)

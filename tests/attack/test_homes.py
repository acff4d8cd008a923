# SPDX-License-Identifier: MIT
"""A board belongs to a home, not to a name and a number: an account that was made again gets nothing of the one before."""
import pytest

from fixtures import in_state
from machine import until
from test_administration import admin as administrator  # noqa: F401 (a fixture)

RUNS = "runs"


@pytest.fixture
def person(lab, make_account):
    client = make_account()
    make_runs(lab, client)
    return client.login()


def make_runs(lab, client):
    lab.exec("install", "-d", "-o", client.user, "-m", "700", f"/home/{client.user}/{RUNS}")


def set_password(lab, client):
    lab.exec("sh", "-euc", 'printf "%s:%s\\n" "$1" "$2" | chpasswd', "password", client.user, client.password)


def make_anew(lab, client):
    """Deletes the account with its home, and gives the same name and number to the next person."""
    uid = lab.exec("id", "-u", client.user).strip()
    lab.systemctl("stop", f"boardgate-logdirs@{uid}.*", check=False)
    lab.exec("userdel", "--force", "--remove", client.user, check=False)
    lab.exec("useradd", "--create-home", "--uid", uid, "--shell", "/bin/bash", "--badname", client.user)
    set_password(lab, client)
    make_runs(lab, client)


def new_board(client, wake=True):
    made = client.post("/api/v1/boards", {"logdir": f"/home/{client.user}/{RUNS}", "title": "secret plans", "wake": wake})
    assert made.status == 201, made
    return made.json


def test_boards_of_a_deleted_account_are_nobodys_when_its_name_and_number_come_again(lab, person):
    board = new_board(person)
    in_state(person, board, "ready")
    make_anew(lab, person)
    began = lab.epoch()
    person.login()
    assert person.boards() == []
    for answer in (person.get(board["url"]), person.get(f"/api/v1/boards/{board['id']}"), person.get(f"/api/v1/boards/{board['id']}/log"),
                   person.post(f"/api/v1/boards/{board['id']}/wake"), person.delete(f"/api/v1/boards/{board['id']}")):
        assert (answer.status, answer.code) == (404, "no_such_board"), answer
    until("its process has ended", lambda: lab.property(board["unit"], "ActiveState") in ("inactive", "failed"))
    lab.systemctl("restart", "boardgated")
    assert person.boards() == [], "after a restart, too"
    assert "set aside" in lab.journalctl("-u", "boardgated", "-o", "cat", "--since", began)
    assert not [unit for unit in lab.units() if board["id"] in unit], "its door"


def test_a_door_of_a_deleted_account_starts_nothing(lab, person):
    """The door is root's: it holds even where boardgated has not seen the next person yet."""
    board = new_board(person)
    in_state(person, board, "ready")
    lab.systemctl("stop", board["unit"])
    make_anew(lab, person)
    lab.exec("systemctl", "start", board["unit"], check=False)
    until("it was refused", lambda: lab.property(board["unit"], "ActiveState") == "failed")
    assert "home_replaced" in lab.property(board["unit"], "StatusText")
    person.login()  # takes the door away


def test_boards_come_back_with_their_home_and_with_an_administrators_word(lab, person):
    board, home = new_board(person), f"/home/{person.user}"
    in_state(person, board, "ready")
    lab.systemctl("stop", board["unit"])
    lab.exec("cp", "-a", home, home + ".copy")
    lab.exec("mv", home, home + ".kept")
    lab.exec("mv", home + ".copy", home)
    assert person.login().boards() == [], "a copy is another home"
    lab.exec("mv", home, home + ".copy")
    lab.exec("mv", home + ".kept", home)
    assert [one["id"] for one in person.login().boards()] == [board["id"]]
    lab.exec("rm", "-rf", home)
    lab.exec("mv", home + ".copy", home)
    assert person.login().boards() == []
    assert lab.exec("boardgate", "adopt", person.user) == f"1 boards come back when {person.user} logs in\n"
    assert [one["id"] for one in person.login().boards()] == [board["id"]]
    person.get(board["url"])
    in_state(person, board, "ready")


def test_a_home_that_cannot_be_read_loses_no_board(lab, person):
    """It hides them: the account may be the next person's. They come back without another login."""
    board, home = new_board(person, wake=False), f"/home/{person.user}"
    assert person.post(f"/api/v1/boards/{board['id']}/shares", {"with": "bob"}).status == 201
    lab.exec("mv", home, home + ".kept")
    try:
        for stub in ([], ["mkdir", home]):
            if stub:
                lab.exec(*stub)
            assert person.login().boards() == [], stub
    finally:
        lab.exec("rm", "-rf", home)
        lab.exec("mv", home + ".kept", home)
    until("it is back", lambda: [one["id"] for one in person.boards()] == [board["id"]], 90)
    assert person.board(board["id"])["shares"] == 1, "nothing of it was taken away"


def test_boards_that_were_hidden_come_back_after_a_restart_too(lab, person):
    """Nobody's token is known then: the person's next request asks for the home."""
    board, home = new_board(person, wake=False), f"/home/{person.user}"
    assert person.post(f"/api/v1/boards/{board['id']}/shares", {"with": "bob"}).status == 201
    lab.exec("mv", home, home + ".kept")
    try:
        assert person.login().boards() == []
        lab.systemctl("restart", "boardgated")
        assert person.boards() == []
    finally:
        lab.exec("mv", home + ".kept", home)
    until("it is back", lambda: [one["id"] for one in person.boards()] == [board["id"]], 90)
    assert person.board(board["id"])["shares"] == 1, "nothing of it was taken away"


def test_a_hold_is_not_shaken_off_by_hiding_the_home(lab, person, administrator):  # noqa: F811
    board = new_board(person, wake=False)
    assert administrator.post(f"/api/v1/admin/boards/{board['id']}/hold", {"reason": "too much memory"}).status == 200
    reader = f"boardgate-logdirs@{lab.exec('id', '-u', person.user).strip()}"
    lab.systemctl("start", f"{reader}.socket", f"{reader}.service")
    lab.exec("runuser", "-u", person.user, "--", "pkill", "-STOP", "-u", person.user, "boardgate-logd")
    try:
        assert person.login().boards() == []
    finally:
        lab.exec("pkill", "-KILL", "-u", person.user, check=False)
    until("it is back", lambda: person.boards(), 90)
    answer = person.post(f"/api/v1/boards/{board['id']}/wake")
    assert answer.code == "held", answer


def test_what_was_read_of_a_deleted_accounts_runs_goes_with_it(lab, person):
    board, uid = new_board(person), lab.exec("id", "-u", person.user).strip()
    in_state(person, board, "ready")
    lab.systemctl("stop", board["unit"], f"boardgate-logdirs@{uid}.*", check=False)
    cache = f"/var/cache/boardgate-boards/{uid}"
    lab.exec("runuser", "-u", person.user, "--", "ln", "-s", "/etc", f"{cache}/link")
    lab.systemctl("start", "boardgate-doors.service")
    assert lab.exec("ls", cache) != "", "the account is there"
    lab.exec("userdel", "--force", "--remove", person.user, check=False)
    lab.systemctl("start", "boardgate-doors.service")
    assert lab.exec("sh", "-c", f"test -e {cache} || echo gone") == "gone\n"
    assert lab.exec("ls", "/etc/passwd"), "links in it are not followed"


def test_the_next_person_with_the_name_and_number_cannot_hide_the_home(lab, person):
    """People can stop the program of theirs that reads their home."""
    board = new_board(person)
    in_state(person, board, "ready")
    assert person.send("PUT", "/api/v1/presets", {"name": "secret sweep", "reload_interval": 60}).status < 300
    make_anew(lab, person)
    reader = f"boardgate-logdirs@{lab.exec('id', '-u', person.user).strip()}"
    lab.systemctl("start", f"{reader}.socket", f"{reader}.service")
    lab.exec("runuser", "-u", person.user, "--", "pkill", "-STOP", "-u", person.user, "boardgate-logd")
    try:
        person.login()
        seen = [(one["title"], one["logdir"]) for one in person.boards()]
        options = person.get("/api/v1/options").json
        answer = person.get(f"/api/v1/boards/{board['id']}/log")
    finally:
        lab.exec("pkill", "-KILL", "-u", person.user, check=False)
        lab.systemctl("stop", f"{reader}.*", board["unit"], check=False)
    assert not seen
    assert options["presets"] == [] and options["last"] is None
    assert (answer.status, answer.code) == (404, "no_such_board"), answer


def test_what_was_shown_to_a_deleted_account_is_not_shown_to_the_next(lab, person, alice, ready_board):
    board = ready_board(alice)
    assert alice.post(f"/api/v1/boards/{board['id']}/shares", {"with": person.user}).status == 201
    shown = lambda: [one["id"] for one in person.get("/api/v1/shared").json["boards"]]
    assert shown() == [board["id"]]
    assert person.send("PUT", "/api/v1/presets", {"name": "secret sweep", "reload_interval": 60}).status < 300
    make_anew(lab, person)
    began = lab.epoch()
    person.login()
    assert shown() == []
    assert person.post(f"/api/v1/boards/{board['id']}/views", {}).code == "not_shown"
    assert person.get("/api/v1/options").json["presets"] == []
    assert alice.board(board["id"])["shares"] == 0
    assert "has another home now" in lab.journalctl("-u", "boardgated", "-o", "cat", "--since", began)
    lab.systemctl("restart", "boardgated")
    until("it is back", lambda: shown() == [], 30)
    assert alice.post(f"/api/v1/boards/{board['id']}/shares", {"with": person.user}).status == 201
    assert shown() == [board["id"]], "to this one, too"


def rename(lab, client, name, moved):
    uid = lab.exec("id", "-u", client.user).strip()
    lab.systemctl("stop", f"tensorboard-{client.user}-*.service", f"boardgate-logdirs@{uid}.*", check=False)
    lab.exec("usermod", "--login", name, *(["--move-home", "--home", f"/home/{name}"] if moved else []), client.user)
    client.user = name


@pytest.mark.parametrize("moved", [False, True], ids=["home stays", "home moves"])
def test_a_renamed_account_keeps_its_boards(lab, person, moved):
    board, before = new_board(person), person.user
    in_state(person, board, "ready")
    rename(lab, person, before + "x", moved)
    try:
        assert [one["id"] for one in person.login().boards()] == [board["id"]]
        if not moved:
            assert person.get(board["url"]).status in (200, 303, 503)
            assert person.user in in_state(person, board, "ready")["unit"]
        person.delete(f"/api/v1/boards/{board['id']}")
    finally:
        rename(lab, person, before, moved)


def test_a_board_of_an_unknown_home_is_shown_to_nobody(lab, person):
    """Nothing would keep it from the files of the next person with this name and number."""
    home, runs = f"/home/{person.user}", f"/srv/{person.user}"
    lab.exec("install", "-d", "-o", person.user, "-m", "700", runs)
    lab.exec("mv", home, home + ".kept")
    try:
        made = person.post("/api/v1/boards", {"logdir": runs, "wake": False})
        assert made.status == 201, made
    finally:
        lab.exec("mv", home + ".kept", home)
    answer = person.post(f"/api/v1/boards/{made.json['id']}/shares", {"with": "bob"})
    assert (answer.status, answer.code) == (409, "not_shareable"), answer
    lab.exec("rm", "-r", runs)


# As fusermount(1) mounts what a person serves: a folder with an inode of choice.
FUSE = r"""
import ctypes, errno, os, struct, sys
home, uid, inode, mounts = sys.argv[1], *map(int, sys.argv[2:])
if not os.path.exists("/dev/fuse"):
    os.mknod("/dev/fuse", 0o020666, os.makedev(10, 229))
fuse = os.open("/dev/fuse", os.O_RDWR)
libc = ctypes.CDLL(None, use_errno=True)
options = f"fd={fuse},rootmode=40700,user_id={mounts},group_id={mounts}" + ("" if mounts else ",allow_other")
if libc.mount(b"of-a-person", home.encode(), b"fuse", 6, options.encode()) != 0:
    sys.exit(os.strerror(ctypes.get_errno()))
os.setresuid(uid, uid, uid)
print("mounted", flush=True)
attributes = struct.pack("<QII6Q10I", 0, 0, 0, inode, 4096, 8, 1, 1, 1, 0, 0, 0, 0o040700, 2, uid, uid, 0, 4096, 0)
while True:
    request = os.read(fuse, 1 << 18)
    _, operation, unique = struct.unpack_from("<IIQ", request)
    if operation in (2, 42):  # FORGET
        continue
    answers = {26: struct.pack("<IIIIHHII9I", 7, 31, 0, 0, 0, 0, 4096, 1, *[0] * 9)[:64], 3: attributes}  # INIT, GETATTR
    answer = answers.get(operation, b"")
    os.write(fuse, struct.pack("<IiQ", 16 + len(answer), 0 if answer else -errno.ENOSYS, unique) + answer)
"""


def test_nobody_poses_as_the_person_before_by_what_is_mounted_over_a_home(lab, person, alice, ready_board):
    """A file system of the next person's own says of its root what that person wants."""
    board, home = ready_board(alice), f"/home/{person.user}"
    assert alice.post(f"/api/v1/boards/{board['id']}/shares", {"with": person.user}).status == 201
    person.login()
    inode = lab.exec("stat", "-c", "%i", home).strip()
    make_anew(lab, person)
    uid = lab.exec("id", "-u", person.user).strip()
    served = lab.start("python3", "-c", FUSE, home, uid, inode, uid)
    try:
        assert served.stdout.readline() == "mounted\n", served.stderr.read()
        assert lab.exec("stat", "-c", "%i", home, user=person.user).strip() == inode
        person.login()
        assert person.get("/api/v1/shared").json["boards"] == []
    finally:
        lab.exec("umount", "-l", home, check=False)
        served.kill()
        served.wait()


def test_a_home_that_root_mounted_is_one(lab, person):
    """As autofs mounts the homes of a site with a file system of its own."""
    home, runs = f"/home/{person.user}", f"/srv/{person.user}"
    uid = lab.exec("id", "-u", person.user).strip()
    lab.exec("install", "-d", "-o", person.user, "-m", "700", runs)
    served = lab.start("python3", "-c", FUSE, home, uid, "4711", "0")
    try:
        assert served.stdout.readline() == "mounted\n", served.stderr.read()
        assert lab.exec("stat", "-c", "%i", home, user=person.user).strip() == "4711"
        person.login()
        made = person.post("/api/v1/boards", {"logdir": runs, "wake": False})
        assert made.status == 201, made
        assert person.post(f"/api/v1/boards/{made.json['id']}/shares", {"with": "bob"}).status == 201
    finally:
        lab.exec("umount", "-l", home, check=False)
        served.kill()
        served.wait()
        lab.exec("rm", "-r", runs)

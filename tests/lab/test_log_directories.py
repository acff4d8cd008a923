# SPDX-License-Identifier: MIT
"""Valid log directories, the errors of invalid ones, and that a refusal leaves nothing behind."""
import pytest

from fixtures import in_state

ODD = "/home/alice/odd/with space, comma %h $HOME ${PATH} \"q\" 's' \\x41 äöü"

# Made in the lab, as root; each line is a case.
FOLDERS = r"""
install -d -o alice -g alice /home/alice/odd "$1"
install -d -o alice -g alice -m 000 /home/alice/odd/closed
install -d -o root -g root -m 700 /home/alice/odd/roots
install -d -o alice -g alice -m 600 /home/alice/odd/list-only
runuser -u alice -- touch /home/alice/odd/file
runuser -u alice -- mkfifo /home/alice/odd/fifo
runuser -u alice -- ln -sfn /home/bob/runs /home/alice/odd/to-bob
runuser -u alice -- ln -sfn /home/bob /home/alice/odd/to-bobs-home
runuser -u alice -- ln -sfn to-bob/.. /home/alice/odd/around-to-bob
runuser -u alice -- ln -sfn loop /home/alice/odd/loop
runuser -u alice -- ln -sfn nowhere /home/alice/odd/dangling
runuser -u alice -- ln -sfn /home/alice/runs /home/alice/odd/to-own
install -d -o root -g root -m 755 /srv/data /srv/data/shared
install -d -o carol -g carol -m 755 /srv/data/of-carol
ln -sfn /home/bob/runs /srv/data/to-bob
"""

# Path: status, code, and a part of the detail.
REFUSED = {
    # Relative paths are below the home.
    "--help": (400, "logdir_missing", "does not exist"),
    "$HOME/runs": (400, "logdir_missing", "does not exist"),
    "gs://bucket/runs": (400, "logdir_remote", "network"),
    "s3://bucket/runs": (400, "logdir_remote", "network"),
    "hdfs://name/runs": (400, "logdir_remote", "network"),
    "file:///home/alice/runs": (400, "logdir_remote", "network"),
    "/home/alice/not-there": (400, "logdir_missing", "does not exist"),
    "/home/alice/not-there/runs": (400, "logdir_missing", "does not exist"),
    "/home/alice/odd/dangling": (400, "logdir_missing", "does not exist"),
    "/home/alice/" + "x" * 300: (400, "logdir_missing", "does not exist"),
    "/home/alice/odd/file": (400, "logdir_not_a_folder", "not a folder"),
    "/home/alice/odd/file/runs": (400, "logdir_not_a_folder", "not a folder"),
    "/home/alice/odd/fifo": (400, "logdir_not_a_folder", "not a folder"),
    "/dev/null": (400, "logdir_not_a_folder", "not a folder"),
    "/home/alice/odd/closed": (400, "logdir_unreadable", "Permission denied"),
    "/home/alice/odd/list-only": (400, "logdir_unreadable", "Permission denied"),
    "/home/alice/odd/roots": (400, "logdir_unreadable", "Permission denied"),
    "/home/alice/odd/loop": (400, "logdir_unreadable", "symbolic links"),
    "/root": (400, "logdir_unreadable", "Permission denied"),
    "/var/lib/boardgate-root/tickets": (400, "logdir_unreadable", "Permission denied"),
    "/home/bob": (409, "logdir_foreign", "bob's home"),
    "/home/bob/runs": (409, "logdir_foreign", "bob's home"),
    "/home/bob/not-there": (409, "logdir_foreign", "bob's home"),
    "/home/alice/../bob/runs": (409, "logdir_foreign", "bob's home"),
    "/home/alice/odd/to-bob": (409, "logdir_foreign", "bob's home"),
    "/home/alice/odd/to-bob/sweep": (409, "logdir_foreign", "bob's home"),
    "/home/alice/odd/to-bobs-home/runs": (409, "logdir_foreign", "bob's home"),
    "/home/alice/odd/around-to-bob": (409, "logdir_foreign", "bob's home"),
    "/srv/data/to-bob": (409, "logdir_foreign", "bob's home"),
}


@pytest.fixture(scope="module")
def folders(lab):
    lab.exec("sh", "-eu", "-c", FOLDERS, "folders", ODD)
    yield
    lab.exec("rm", "-r", "/home/alice/odd", "/srv/data")


@pytest.fixture(params=["700", "755"])
def mode_of_bobs_home(request, lab):
    """alice can read bob's runs, but cannot make a board of them."""
    lab.exec("chmod", request.param, "/home/bob")
    yield request.param
    lab.exec("chmod", "700", "/home/bob")


def remains(lab, client):
    """Everything that a board could leave: its record, its units, the state of launcher and systemd."""
    return (client.boards(), lab.units(f"tensorboard-{client.user}-*"),
            lab.exec("ls", "/var/lib/boardgate-root/doors"))


def test_a_folder_that_cannot_be_shown_is_refused_by_name_and_leaves_nothing(lab, alice, folders, mode_of_bobs_home):
    before = remains(lab, alice)
    for logdir, (status, code, reason) in REFUSED.items():
        answer = alice.post("/api/v1/boards", {"logdir": logdir})
        if mode_of_bobs_home == "700" and "bob" in logdir and answer.code == "logdir_unreadable":
            # alice cannot see what is there; that is a sufficient reason.
            status, code, reason = 400, "logdir_unreadable", "Permission denied"
        assert (answer.status, answer.code) == (status, code), (logdir, answer)
        problem = answer.problem
        assert problem["field"] == "logdir" and logdir in problem["detail"] and reason in problem["detail"], (logdir, problem)
    assert remains(lab, alice) == before


@pytest.mark.parametrize("logdir", ["", "/home/alice/\nruns", "/home/alice/runs\0", "/home/alice/\x7f", "/" + "x" * 5000, None, 7, ["/tmp"]],
                         ids=["empty", "a line break", "a zero byte", "a control character", "too long", "null", "a number", "a list"])
def test_what_is_no_path_at_all_is_a_fault_of_the_field(alice, logdir):
    answer = alice.post("/api/v1/boards", {"logdir": logdir})
    assert answer.status == 400 and answer.problem["field"] == "logdir", answer


@pytest.mark.parametrize("logdir", ["/home/alice/runs/", "/home/alice//runs/../runs", "/home/alice/odd/to-own", "/srv/data/shared", "/srv/data/of-carol",
                                    ODD],
                         ids=["a slash behind", "detours", "own link", "shared", "another's outside of homes", "odd characters"])
def test_every_folder_that_its_owner_can_read_is_taken_as_it_was_written(lab, alice, make_board, folders, logdir):
    board = make_board(alice, logdir)
    assert board["logdir"] == logdir
    in_state(alice, board, "ready")
    # TensorBoard starts on a link in the board's private folder, so that ps shows no path.
    links = [(p["pid"], word.removeprefix("--logdir=")) for p in lab.processes(board["unit"]) for word in p["argv"] if word.startswith("--logdir=")]
    assert links and not [link for _, link in links if logdir in link], links
    for pid, link in links:
        target = lab.exec("readlink", f"/proc/{pid}/root{link}").removesuffix("\n")
        assert lab.exec("realpath", target) == lab.exec("realpath", logdir)

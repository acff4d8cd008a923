# SPDX-License-Identifier: MIT
"""What is served compared with what is on disk: each fault of the files is a notice with the cause and the file's name, in
the answer that makes the board where the first bytes show it, and on the board; and what becomes sound is shown."""
import pytest

from fixtures import in_state
from machine import PATIENCE, until

FOLDER = "/home/bob/odd-files"
# name: how it is made, below FOLDER; what the board says: (code, a part of its text).
FAULTS = {
    "unreadable": ("write-events . --run secret --points 3 --into tfevents.1; chmod 0 secret/tfevents.1", "unreadable_event_files", '"secret/tfevents.1"'),
    "pointer": (r"mkdir lfs; printf 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n' >lfs/tfevents.1",
                "git_lfs_pointers", '"lfs/tfevents.1". Run git lfs pull'),
    "gzip": ("write-events . --run packed --points 3 --into tfevents.1; gzip packed/tfevents.1", "compressed_event_files", '"packed/tfevents.1.gz"'),
    "empty": ("mkdir empty; : >empty/tfevents.1", "empty_event_files", '"empty/tfevents.1"'),
    "other": ("mkdir other; echo step,loss,accuracy >other/tfevents.csv", "not_event_files", '"other/tfevents.csv"'),
    "leftover": ("write-events . --run copied --points 100 --into tfevents.1; head -c 2000 copied/tfevents.1 >copied/tfevents.1.partial",
                 "copy_leftovers", '"copied/tfevents.1.partial"'),
    "link": ("mkdir wandb; ln -s /home/ubuntu/gone/tfevents.1 wandb/tfevents.1", "dead_links", '"wandb/tfevents.1"'),
}
LATER = {
    "damaged": (r"write-events . --run broken --points 100 --into tfevents.1; printf '\377\377' | dd of=broken/tfevents.1 bs=1 seek=$(stat -c %s broken/tfevents.1) conv=notrunc"
                r"; head -c 100 copied/tfevents.1 >>broken/tfevents.1", "damaged_event_files", '"broken/tfevents.1" at byte '),
    "zeros": ("write-events . --run nfs --points 50 --into tfevents.1; cp nfs/tfevents.1 whole; write-events . --run whole-run --first 50 --points 50 --into tfevents.1"
              "; head -c 4096 /dev/zero >>nfs/tfevents.1", "zeros_in_event_files", '"nfs/tfevents.1"'),
    "still": ("for i in 1 2 3; do write-events . --run still --points 1 --into tfevents.1; done", "all_at_step_zero", '"still"'),
    "profile": ("mkdir -p traced/plugins/profile/2026; write-events . --run traced --points 1", "profiles", '"traced/plugins/profile"'),
}


@pytest.fixture
def folder(lab):
    lab.exec("rm", "-rf", FOLDER)
    lab.exec("sh", "-euc", f"mkdir {FOLDER}; cd {FOLDER}; write-events . --run sound --points 20\n" +
             "\n".join(how for how, *_ in [*FAULTS.values(), *LATER.values()]), user="bob", seconds=120)
    yield FOLDER
    lab.exec("rm", "-rf", FOLDER)


def notices(client, board):
    return {notice["code"]: notice["text"] for notice in client.board(board["id"])["notices"]}


def check(found, faults):
    assert {code for _, code, _ in faults.values()} <= set(found), found
    for name, (_, code, text) in faults.items():
        assert text in found[code], (name, found[code])


def last_step(client, board, run):
    answer = client.get(f"{board['url']}data/plugin/scalars/scalars?run={run}&tag=loss")
    return answer.json[-1][1] if answer.status == 200 and answer.json else None


@pytest.mark.parametrize("loader", ["auto", "rustboard", "python"])
def test_each_fault_of_the_files_is_a_notice_with_its_name(lab, bob, folder, make_board, loader):
    board = make_board(bob, folder, loader=loader, reload_interval=1)
    made = {notice["code"]: notice["text"] for notice in board["notices"]}
    for name, (_, code, text) in FAULTS.items():
        assert code in made and text.split('"')[1] in made[code], (name, made)

    in_state(bob, board, "ready")

    def all_of_them():
        found = notices(bob, board)
        return found if len(found) >= len(FAULTS) + len(LATER) else None
    check(until("each is a notice", all_of_them, PATIENCE), {**FAULTS, **LATER})
    assert last_step(bob, board, "sound") == 19


def test_what_becomes_sound_is_shown(lab, bob, folder, ready_board):
    board = ready_board(bob, folder, reload_interval=1)
    until("each fault is a notice", lambda: len(notices(bob, board)) >= len(FAULTS) + len(LATER))
    assert last_step(bob, board, "nfs") == 49
    lab.exec("sh", "-euc", f"""cd {folder}
        chmod 644 secret/tfevents.1
        gunzip packed/tfevents.1.gz
        cp secret/tfevents.1 lfs/fetched; mv lfs/fetched lfs/tfevents.1
        write-events . --run empty --points 4 --into tfevents.1
        rm other/tfevents.csv copied/tfevents.1.partial wandb/tfevents.1
        rm -r still traced broken
        write-events . --run nfs --first 50 --points 50 --into more.tmp; mv nfs/more.tmp nfs/tfevents.2
        cat whole >nfs/tfevents.1""", user="bob", seconds=60)

    def nothing_is_wrong():
        found = notices(bob, board)
        assert not found, found
        return True
    until("nothing is wrong any more", nothing_is_wrong)
    for run, step in {"secret": 2, "packed": 2, "lfs": 2, "empty": 3, "copied": 99, "nfs": 99}.items():
        until(f"{run} is shown", lambda: last_step(bob, board, run) == step)

# SPDX-License-Identifier: MIT
"""One folder, one board: making it again opens it, on purpose there are two, and a deleted one comes back."""
from fixtures import in_state
from machine import until

BOARDS = "/api/v1/boards"


def test_a_folder_has_one_board_however_it_is_written(lab, make_account):
    person = make_account().login()
    home = f"/home/{person.user}"
    lab.exec("sh", "-euc", f"mkdir {home}/runs && ln -s runs {home}/link", user=person.user)
    first = person.post(BOARDS, {"logdir": f"{home}/runs"})
    assert first.status == 201 and first.json["state"] == "asleep", first
    for written in (f"{home}//runs/", "~/runs", "runs", f"{home}/link", "link"):
        again = person.post(BOARDS, {"logdir": written})
        assert (again.status, again.json["id"], again.json["logdir"]) == (200, first.json["id"], f"{home}/runs"), (written, again)
    changed = person.post(BOARDS, {"logdir": "runs", "title": "X", "priority": 3}).json
    assert (changed["title"], changed["priority"], changed["idle_sleep"]) == ("X", 3, first.json["idle_sleep"])
    other = person.post(BOARDS, {"logdir": "runs", "new": True})
    assert other.status == 201 and other.json["id"] != first.json["id"]
    # The link leads elsewhere: the board of the link's target is another one.
    lab.exec("sh", "-euc", f"mkdir {home}/later && ln -sfn later {home}/link", user=person.user)
    assert person.post(BOARDS, {"logdir": "link"}).status == 201


def test_a_retry_makes_no_twin(lab, make_account):
    person = make_account().login()
    lab.exec("mkdir", f"/home/{person.user}/runs", user=person.user)
    body, key = {"logdir": "runs", "new": True}, {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
    first, again = (person.post(BOARDS, body, headers=key) for _ in range(2))
    assert first.status == again.status == 201 and first.json["id"] == again.json["id"]
    assert len(person.boards()) == 1


def test_a_deleted_board_comes_back_with_its_address(lab, alice, ready_board):
    board = ready_board(alice, title="in a paper")
    assert alice.delete(f"{BOARDS}/{board['id']}").status == 204
    assert alice.visit(board["url"]).status == 404
    assert not [unit for unit in lab.units() if board["id"] in unit], "it has no door"
    kept = {each["id"]: each for each in alice.get(f"{BOARDS}?deleted=1").json["boards"]}
    assert kept[board["id"]]["title"] == "in a paper"
    restored = alice.post(f"{BOARDS}/{board['id']}/restore")
    assert restored.status == 200 and restored.json["url"] == board["url"]
    assert alice.get(board["url"]).status == 200
    in_state(alice, board, "ready")


def test_renaming_restarts_nothing(lab, alice, ready_board):
    board = ready_board(alice)
    run = lab.property(board["unit"], "InvocationID")
    assert alice.send("PATCH", f"{BOARDS}/{board['id']}", {"title": "another name"}).json["title"] == "another name"
    assert lab.property(board["unit"], "InvocationID") == run and alice.board(board["id"])["state"] == "ready"
    assert alice.send("PATCH", f"{BOARDS}/{board['id']}", {"reload_interval": 17}).status == 200
    in_state(alice, board, "ready")
    assert lab.property(board["unit"], "InvocationID") != run


def test_priority_and_sleep_change_while_the_board_runs(lab, alice, ready_board):
    board = ready_board(alice)
    run = lab.property(board["unit"], "InvocationID")
    change = lambda **options: alice.send("PATCH", f"{BOARDS}/{board['id']}", options)
    assert change(priority=70, idle_sleep=3000).status == 200
    assert lab.property(board["unit"], "CPUWeight") == "70" and alice.board(board["id"])["idle_sleep"] == 3000
    assert lab.property(board["unit"], "InvocationID") == run and alice.board(board["id"])["state"] == "ready"
    # The running board has it: it sleeps by the new one.
    assert change(idle_sleep=1).status == 200
    in_state(alice, board, "asleep")
    assert lab.property(board["unit"], "Result") == "success"
    # What systemd kept of the change does not count for the next unit.
    assert change(idle_sleep=3000, priority=20, reload_interval=17).status == 200
    assert lab.property(board["unit"], "CPUWeight") == "20"
    assert not lab.succeeds("test", "-e", f"/run/systemd/system.control/{board['unit']}.d")


def test_nobody_reads_anothers_folders_and_titles(lab, alice, ready_board):
    lab.exec("sh", "-euc", "mkdir -p '/home/alice/hush hush' && cp -r /home/alice/runs '/home/alice/hush hush/' && chown -R alice: '/home/alice/hush hush'")
    try:
        board = ready_board(alice, "/home/alice/hush hush/runs", title="my secret title")
        assert alice.get(f"{board['url']}data/runs").json
        socket = board["unit"].replace(".service", ".socket")
        seen = "".join(lab.exec("sh", "-c", f"{command} 2>&1 || true", user="bob") for command in (
            "ps -eo args", "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ", f"systemctl show '{board['unit']}' '{socket}'",
            f"systemctl status '{board['unit']}' '{socket}'", f"systemctl cat '{board['unit']}'",
            "busctl tree org.freedesktop.systemd1 | grep tensorboard"))
        assert board["id"] in seen, "it looked at the board"
        for secret in ("hush", "secret title", "/home/alice"):
            assert secret not in seen, [line for line in seen.splitlines() if secret in line]
    finally:
        lab.exec("rm", "-rf", "/home/alice/hush hush")


def test_a_waiting_board_sleeps_again_when_its_visitor_has_gone(settings, alice, bob, ready_board, make_board):
    settings(awake_boards="1")
    ready_board(alice)
    waiting = make_board(bob, wake=False)
    assert bob.visit(waiting["url"]).status == 503
    assert bob.board(waiting["id"])["state"] == "waiting"
    # Reading the list is no visit to this board.
    until("it sleeps again", lambda: next(b for b in bob.boards() if b["id"] == waiting["id"])["state"] == "asleep", 120)

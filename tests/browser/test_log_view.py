# SPDX-License-Identifier: MIT
"""The log of a board: live, searched, paused, copied, kept as a file, and what it said in older runs."""
import pytest

from fixtures import in_state
from machine import until


@pytest.fixture
def board(alice, recording_boards):
    return recording_boards[0]


@pytest.fixture
def log(page, alice, board):
    """The log's view; say(text): the board says something more."""
    page.enter(alice.login(), f"/log/{board.id}").shown(".log .line")
    page.shown(".board-state", "Ready")
    return page


@pytest.fixture
def say(board):
    def speak(*texts):
        for text in texts:
            board.value(f"print({text!r}, flush=True)")
    return speak


def lines(page):
    return page.texts(".log .line")


def hears(page, text):
    """Waits until the page has received the line, visible or not."""
    until(f"{text!r} comes", lambda: any(text in message["params"]["data"] for message in page.messages()
                                         if message["method"] == "Network.eventSourceMessageReceived"))
    # It draws with the next frame.
    page.driver.execute_async_script("const [done] = arguments; requestAnimationFrame(() => requestAnimationFrame(done))")


def test_lines_come_as_they_are_said_and_the_end_stays_in_sight(log, say):
    say(*[f"step {n}" for n in range(60)])
    log.shown(".log .line", "step 59")
    assert log.run("const l = document.querySelector('.log'); return l.scrollHeight - l.scrollTop - l.clientHeight") < 30
    log.run("document.querySelector('.log').scrollTop = 0")
    say("one more")
    until("it is there", lambda: "one more" in lines(log)[-1:])
    assert log.run("return document.querySelector('.log').scrollTop") == 0, "who reads further up is not torn away"


def test_a_pause_keeps_the_page_still_and_loses_nothing(log, say):
    say("the last word")
    log.shown(".log .line", "the last word")  # nothing older is still to come
    before = len(lines(log))
    log.click(".log-pause").shown(".log-pause", "Continue")
    say("said in silence", "and more")
    log.shown(".log-pause", "2 new")
    assert len(lines(log)) == before
    log.click(".log-pause").shown(".log .line", "and more")
    assert [text for text in lines(log) if "silence" in text]


def test_a_search_shows_the_lines_that_fit_and_marks_the_place(log, say):
    say("a needle in it", "hay", "another NEEDLE")
    log.type(".log-search", "needle").shown(".log mark", "NEEDLE")
    assert all("needle" in text.lower() for text in lines(log)) and len(lines(log)) >= 2
    log.says(f"{len(lines(log))} lines")
    say("only hay", "needle three")
    log.shown(".log .line", "needle three")
    assert not any("only hay" in text for text in lines(log))
    log.type(".log-search", "not to be found").says("No line matches")


def test_it_is_copied_as_it_is_seen(log, say):
    say("to be copied")
    log.command("Browser.grantPermissions", origin=log.url, permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    log.type(".log-search", "to be copied").shown(".log mark")
    log.click(".log-copy").shown(".log-copy", "Copied")
    copied = log.run("return navigator.clipboard.readText()")
    assert "to be copied" in copied and all("to be copied" in line for line in copied.splitlines())


def test_it_is_kept_as_a_file(log, say, tmp_path):
    say("for the supervisor")
    log.shown(".log .line", "for the supervisor")
    log.command("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    log.click(".log-download")
    (file,) = until("the file is there", lambda: [f for f in tmp_path.glob("*.log") if f.stat().st_size])
    assert "for the supervisor" in file.read_text()


def test_colours_are_shown_and_no_markup(log, say):
    say("\x1b[31mred\x1b[0m and \x1b[1;34mbold blue\x1b[0m", "<img src=x onerror=alert(1)>")
    log.shown(".log .ink1", "red")
    assert log.shown(".log .bold.ink4").text == "bold blue"
    log.shown(".log .line", "<img src=x")
    assert not log.all(".log img")


def test_an_older_start_can_be_read(log, alice, board, say):
    say("said in the first start")
    log.shown(".log .line", "said in the first start")
    alice.post(f"/api/v1/boards/{board.id}/restart")
    in_state(alice, {"id": board.id}, "ready")
    log.shown(".log-start")
    until("the new start begins on an empty page", lambda: not any("first start" in text for text in lines(log)))
    choose = "const s = document.querySelector('.log-start'); s.selectedIndex = arguments[0]; s.dispatchEvent(new Event('change'))"
    log.run(choose, 1)
    log.shown(".log .line", "said in the first start")
    say("said in the second start")
    hears(log, "said in the second start")
    assert not any("second start" in text for text in lines(log))
    log.run(choose, 0)
    log.shown(".log .line", "said in the second start")
    assert not any("first start" in text for text in lines(log))


def test_a_stream_that_broke_goes_on_with_what_was_said_meanwhile(log, lab, alice, board, say):
    log.expect("status of 50", "ERR_", "net::")
    say("before the break")
    log.shown(".log .line", "before the break")
    lab.systemctl("restart", "boardgated.service")
    until("boardgated is back", lambda: alice.get(f"{board.url}seen").status == 200)
    say("after the break")
    log.shown(".log .line", "after the break", seconds=30)
    assert sum("before the break" in text for text in lines(log)) == 1, "lines that were there came twice"

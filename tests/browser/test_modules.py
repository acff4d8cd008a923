# SPDX-License-Identifier: MIT
"""Unit tests of the portal's modules, in the browser."""
import re

import pytest

from client import Client
from page import Page


@pytest.fixture(scope="module")
def ask(browser, site):
    """ask(module, expression): the expression's value, with the module's exports in `m`. One page for all questions: they
    leave nothing behind."""
    page = Page(browser, *site)
    page.fresh()
    page.expect("status of 401").open("/login").shown("#login-user")
    Page.opened = None  # which is left after each test
    assets = re.search(r'src="(/assets/[0-9a-f]+/)main\.js"', Client(*site).get("/").text)[1]

    def value(module, expression):
        return page.driver.execute_async_script(f"""
            const done = arguments[arguments.length - 1];
            import('{assets}{module}.js').then((m) => done({{value: {expression}}}), (error) => done({{error: String(error)}}))""")["value"]
    yield value
    assert page.complaints() == []
    page.leave()


LINES = {
    "plain": ("plain", [["plain", ""]]),
    "a colour and its end": ("\x1b[31mred\x1b[0m no", [["red", "ink1"], [" no", ""]]),
    "several numbers": ("\x1b[1;32mgreen", [["green", "bold ink2"]]),
    "a second colour takes the place of the first": ("\x1b[31m\x1b[34mblue", [["blue", "ink4"]]),
    "bright colours": ("\x1b[95mpink", [["pink", "ink5"]]),
    "the default colour": ("\x1b[1;31ma\x1b[39mb\x1b[22mc", [["a", "bold ink1"], ["b", "bold"], ["c", ""]]),
    "colours out of 256 and of all": ("\x1b[38;5;31ma\x1b[38;2;0;1;31mb\x1b[48;5;34;1mc", [["a", ""], ["b", ""], ["c", "bold"]]),
    "sequences that move a cursor": ("a\x1b[2Kb\x1b[1;1Hc", [["a", ""], ["b", ""], ["c", ""]]),
    "an escape at the end": ("end\x1b", [["end", ""]]),
}


@pytest.mark.parametrize("what", LINES)
def test_a_log_lines_colours(ask, what):
    line, expected = LINES[what]
    text = "".join(f"\\x{ord(c):02x}" if c < " " else c for c in line)
    assert ask("log_lines", f"m.pieces('{text}').map(({{text, classes}}) => [text, classes])") == expected


LEVELS = {
    "2026-11-27 10:00:00 ERROR something": "error", "ERROR: bad flag": "error", "E1127 10:00:00.1 main.cc:1] x": "error", "Traceback (most recent call last):": "error",
    "ValueError: no": "error", "WARNING: slow": "warning", "[2026-11-27T10:00:00Z WARN  rustboard_core::run] x": "warning", "DeprecationWarning: old": "warning",
    "W1127 x": "warning", "DEBUG: x": "quiet", "I1127 x": "quiet", "Nothing to worry about": "", "errors are fine": "",
}


@pytest.mark.parametrize("line", LEVELS)
def test_a_log_lines_level(ask, line):
    assert ask("log_lines", f"m.level_of({line!r})") == LEVELS[line]


@pytest.mark.parametrize("call, text", [
    ("ago('2026-11-27T10:00:00Z', Date.parse('2026-11-27T10:00:02Z'))", "just now"),
    ("ago('2026-11-27T10:00:00Z', Date.parse('2026-11-27T10:02:59Z'))", "2 minutes ago"),
    ("ago('2026-11-27T10:30:00Z', Date.parse('2026-11-27T10:00:00Z'))", "in 30 minutes"),
    ("ago('2026-11-25T10:00:00Z', Date.parse('2026-11-27T10:00:00Z'))", "2 days ago"),
    ("ago('2024-11-27T10:00:00Z', Date.parse('2026-11-28T10:00:00Z'))", "2 years ago"),
    ("bytes(0)", "0 B"), ("bytes(999)", "999 B"), ("bytes(1500)", "1.5 kB"), ("bytes(52_293_632)", "52 MB"), ("bytes(2_147_483_648)", "2.1 GB"),
    ("count(1, 'run')", "1 run"), ("count(1234, 'run')", "1,234 runs"),
    ("sentence('the folder does not exist')", "The folder does not exist."), ("sentence('Really?')", "Really?"), ("sentence('')", ""),
])
def test_how_things_are_written(ask, call, text):
    assert ask("dom", f"m.{call}") == text


def test_nothing_becomes_markup(ask):
    assert ask("dom", "m.el('p', {}, '<img src=x>', null, false, 'b').outerHTML") == "<p>&lt;img src=x&gt;b</p>"


@pytest.mark.parametrize("text, good", [("abcdefgh", True), ("abcdefg", False), ("abcdefgh/", False), ("abcdefgl", False), ("//evil.ex", False), ("", False)])
def test_only_a_boards_id_is_an_id(ask, text, good):
    assert ask("api", f"m.is_board_id('{text}')") is good


@pytest.mark.parametrize("agent, name", [
    ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Linux"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0", "Edge on Windows"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
    ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
    ("curl/8", "Browser"),
])
def test_what_a_session_is_called(ask, agent, name):
    assert ask("login", f"m.this_browser({agent!r})") == name


def test_a_curve_without_numbers_is_not_drawn(ask):
    assert ask("spark", "[m.spark([1, NaN, 2]), m.spark([1]), m.spark([])].map((s) => s.element.firstChild.getAttribute('points').split(' ').filter(Boolean).length)") == [2, 0, 0]


def test_a_folder_is_called_by_the_last_part_of_its_path(ask):
    assert ask("board_form", "['/home/alice/runs', '/home/alice/runs/', '/', ''].map(m.folder_name)") == ["runs", "runs", "", ""]

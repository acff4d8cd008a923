# SPDX-License-Identifier: MIT
"""A board's owner sends markup and scripts to a visitor: in notes, names, listings and answers of other kinds. What the visitor's
browser runs is TensorBoard's own script, in a frame without an origin."""
import json

import pytest

from hostile import shared_environment, shown_board, source_of
from machine import until
from page import LAPTOP, Page
from payloads import (EXECUTED, FIND, LISTINGS, MARK, PAGE_OF_DATA, PAYLOADS, listing_answers, listing_runs_nothing, no_alert,
                      markup_of_a_script_is_cleaned, odd_elements, page_of_data_runs_nothing, templates_of_data_stay_text, text_answers)


@pytest.fixture(scope="module")
def board(lab, site):
    """(board, place) in an environment where alice's TensorBoard sends what hostile.json has."""
    with shared_environment(lab, site, "hostile", source_of("hostile-owner")), \
            shown_board(lab, site, environment="hostile", loader="python", title="hostile") as shown:
        yield shown
    lab.exec("rm", "-f", "/home/alice/runs/hostile.json")


@pytest.fixture
def send(lab):
    """send({end of a path: answer}): what alice's board answers from now on."""
    yield lambda answers: lab.write("/home/alice/runs/hostile.json", json.dumps(answers), owner="alice")
    lab.exec("rm", "-f", "/home/alice/runs/hostile.json")


@pytest.fixture
def page(browser, site, bob):
    page = Page(browser, *site)
    page.driver.get("about:blank")
    page.command("Network.enable")
    page.take_session(bob)
    page.size(*LAPTOP)
    yield page
    page.driver.switch_to.default_content()
    page.complaints()  # what was refused is in the console; that it was refused has been seen


@pytest.mark.parametrize("name", PAYLOADS)
def test_markup_of_the_owners_runs_nothing(page, board, send, name):
    send(text_answers(PAYLOADS[name]))
    page.enter_view(board[0], "text")
    until("the note is drawn", lambda: no_alert(page) and page.driver.execute_script(
        FIND + "return all.some((e) => e.localName === 'tf-markdown-view' && (e.shadowRoot?.textContent ?? e.textContent).includes(arguments[0]))", MARK), 30)
    page.driver.execute_script(FIND + "all.filter((e) => e.id === 'link' && e instanceof HTMLElement).forEach((e) => e.click());")
    no_alert(page)
    assert page.driver.execute_script(EXECUTED) == "undefined"
    assert odd_elements(page) == []


@pytest.mark.parametrize("name", LISTINGS)
def test_a_listing_of_the_owners_runs_nothing(page, board, send, name):
    send(listing_answers(name))
    page.enter_view(board[0], "text")
    listing_runs_nothing(page)


def test_no_answer_of_the_owners_becomes_a_page(page, board, send):
    send(PAGE_OF_DATA)
    page.enter_view(board[0], "text")
    page_of_data_runs_nothing(page)


@pytest.mark.parametrize("holds", [templates_of_data_stay_text, markup_of_a_script_is_cleaned])
def test_behind_the_cleaning_of_notes(page, board, send, holds):
    send(text_answers(""))
    page.enter_view(board[0], "text")
    until("the note is drawn", lambda: page.run(FIND + "return all.some((e) => e.localName === 'tf-markdown-view')"), 40)
    holds(page)

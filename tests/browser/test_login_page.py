# SPDX-License-Identifier: MIT
"""The login page: the prompts of PAM, in PAM's words, and then the requested address."""
from concurrent.futures import ThreadPoolExecutor

import pytest


@pytest.fixture
def person(make_account, lab):
    return make_account()


def log_in(page, person, password=None):
    return page.type("#login-user", person.user).type("#login-password", password or person.password).click("#login-submit")


@pytest.fixture
def door(page):
    """The login page; its first request is refused, since there is no session yet."""
    return page.expect("status of 401").open("/login")


def test_a_one_time_code_is_asked_for_in_pams_words(door, person, second_factor):
    log_in(door, person).shown("label", "One-time code")
    door.says("A code was sent to your phone")
    field = door.focus
    assert (field.get_attribute("type"), field.get_attribute("autocomplete")) == ("text", "one-time-code")
    field.send_keys("123456\n")
    door.shown("#runs-heading")
    assert person.user in door.text


def test_a_wrong_code_shows_pams_words_and_a_new_attempt_begins(door, person, second_factor):
    log_in(door, person).shown("label", "One-time code")
    door.focus.send_keys("000000\n")
    door.shown("#login-error", "That code is not valid any more")
    assert door.shown("#login-user").get_attribute("value") == person.user
    assert door.focus.get_attribute("id") == "login-password"


def test_without_a_password_pam_asks_for_what_it_wants(door, person):
    door.type("#login-user", person.user).click("#login-submit").shown("label[for=login-answer-0]", "assword")
    assert door.focus.get_attribute("type") == "password"
    door.click("button", "Start again").shown("#login-user")
    door.click("#login-submit").shown("#login-answer-0").send_keys(f"{person.password}\n")
    door.shown("#runs-heading")


@pytest.fixture
def maintenance(lab, pam):
    lab.write("/etc/maintenance", "The server is down for maintenance on Sunday\n")
    pam(lambda text: "auth optional pam_echo.so file=/etc/maintenance\n" + text)


def test_what_pam_has_to_say_is_on_the_first_page(door, person, maintenance):
    log_in(door, person).shown("main .notice", "maintenance on Sunday")


def test_a_visitor_of_a_board_reads_pams_messages_first(page, person, maintenance):
    page.expect("status of 401").open("/login?board=abcdefgh")
    log_in(page, person).shown("main .notice", "maintenance on Sunday")
    onward = page.shown("main a", "Continue to the board")
    assert onward.get_attribute("href") == f"{page.url}/b/abcdefgh/" and page.focus == onward


def test_an_expired_password_is_shown_with_what_to_do(door, person, lab):
    lab.exec("chage", "-d", "0", person.user)
    log_in(door.expect("status of 403"), person).shown("#login-error", "expired")
    assert "terminal" in door.text or "ssh" in door.text, door.text


def test_too_many_attempts_show_when_the_next_one_is_possible(door, person):
    door.expect("status of 429")
    with ThreadPoolExecutor(5) as threads:
        refused = [answer.code for answer in threads.map(lambda n: person.try_login(person.user, f"guess {n}"), range(5))]
    assert refused == ["login_failed"] * 5
    log_in(door, person).shown("#login-error", "Try again in")


def test_a_link_to_a_filled_in_form_survives_the_login(page, person):
    page.expect("status of 401").open(f"/boards?new&logdir=/home/{person.user}&title=From%20a%20link")
    log_in(page, person).shown("#new-logdir")
    assert page.shown("#new-title").get_attribute("value") == "From a link"


def test_whose_session_ended_logs_in_and_is_where_they_were(page, person):
    page.enter(person.login(), "/sessions").shown("tbody tr", "this session")
    person.delete("/api/v1/sessions")
    page.expect("status of 401").click("#links a", "Boards")
    page.says("Your session has ended")
    log_in(page, person).shown("#boards-heading")
    assert page.path == "/boards"


@pytest.mark.parametrize("address", ["//evil.example", "/\\evil.example", "https:evil.example", "abcdefgh/../../x"])
def test_a_login_leads_to_boards_and_nowhere_else(page, person, address):
    page.expect("status of 401").open(f"/login?board={address}")
    log_in(page, person).shown("#runs-heading")
    assert page.path == "/"

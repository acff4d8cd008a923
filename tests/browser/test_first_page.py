# SPDX-License-Identifier: MIT
"""A person's first day: log in, make a board, see curves, log out."""
from machine import until
from page import RESULTS

RUNS = ["baseline", "sweep/lr-0.01", "sweep/lr-0.1", "wide"]

# In TensorBoard's scalars dashboard each curve is a path, deep below elements that hide what they are made of.
CURVES = """
const found = (root) => [...root.querySelectorAll('*')].flatMap((e) => [e, ...(e.shadowRoot ? found(e.shadowRoot) : [])]);
return found(document).filter((e) => e.localName === 'path')
    .map((e) => (e.getAttribute('d') || '').split('L').length).filter((points) => points > 100).length;
"""


def test_from_the_login_to_curves_and_out_again(lab, page, make_account):
    person = make_account().login()
    lab.exec("/usr/local/bin/write-events", f"/home/{person.user}/runs", user=person.user)
    page.expect("401")  # without a session, the page's first question is refused

    page.forget_files().open("/")
    page.type("#login-user", person.user).type("#login-password", "not it").click("#login-submit")
    page.says("wrong")
    page.picture(RESULTS / "first-page-refused.png")
    page.type("#login-password", person.password).click("#login-submit")
    page.shown("#runs-heading")
    assert person.user in page.text

    page.click("#links a", "Boards").click("#new-board")
    page.type("#new-logdir", f"/home/{person.user}/not-there").shown(".advice", "does not exist")
    page.click("#new-submit")
    page.says("/not-there", "does not exist")
    page.expect("400")
    page.type("#new-logdir", f"/home/{person.user}/runs").shown(".advice", "4 runs")
    page.type("#new-title", "First day").click("#new-submit")
    card = page.shown("li.board", "First day")
    page.shown("li.board[data-state=asleep]")
    page.picture(RESULTS / "first-page-board.png")
    address = f"/b/{card.get_attribute('data-id')}/"

    assert page.complaints() == []
    page.open(address)
    page.says("accuracy", *RUNS, seconds=30)
    page.shown("scalar-card line-chart", seconds=30)
    page.picture(RESULTS / "first-page-time-series.png")
    page.click("[role=tab]", "SCALARS")
    # A smoothed and an original curve for each run.
    until("curves are drawn", lambda: page.run(CURVES) >= 2 * len(RUNS), 30)
    page.picture(RESULTS / "first-page-scalars.png")
    assert [line for line in page.complaints() if "Content Security Policy" in line] == [], "our policy breaks TensorBoard"

    page.open("/boards").shown("li.board", "First day")
    page.click("#logout")
    page.shown("#login-user")
    page.says("logged out")
    page.picture(RESULTS / "first-page-logged-out.png")
    # The next person at this browser sees nothing: the board's address leads to the login, and back after it.
    page.open(address)
    page.shown("#login-user")
    assert page.path == "/login?board=" + address.split("/")[2]
    page.type("#login-user", person.user).type("#login-password", person.password).click("#login-submit")
    until("the login leads to the board", lambda: page.path.startswith(address))
    # Left before the account goes; what it said in the console is TensorBoard's own.
    page.driver.get("about:blank")
    page.complaints()

# SPDX-License-Identifier: MIT
"""A hostile board in its visitor's browser. Its page has the portal's origin, and its process can send any answer; but
it cannot use the portal and the API, which trust the visitor's cookie."""
import json
from urllib.parse import quote

import pytest

from fixtures import in_state

# Each returns what it could read, or throws.
WAYS = {
    "asks": "return text(fetch(API))",
    "asks, and is sent on": "return text(fetch(sentOn(API)))",
    "asks, and is sent on by a relative address": "return text(fetch(sentOn('../../api/v1/session')))",
    "asks, and is sent on by a whole address": "return text(fetch(sentOn(location.origin + API)))",
    "asks at an address that reads as a board's": "return text(fetch('/b/..%2fapi/v1/session'))",
    "asks at an address of its own board that leads out": "return text(fetch(BOARD + '..%2f..%2fapi/v1/session'))",
    "posts to an address that reads as a board's": "return text(fetch('/b/..%2fapi/v1/boards', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{\"logdir\": \"/home/alice/runs\", \"new\": true, \"wake\": false}'}))",
    "follows events at an address that reads as a board's": "return opened(new EventSource('/b/..%2fapi/v1/events'))",
    "posts, and is sent on": "return text(fetch(sentOn('/api/v1/boards', 307), {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{}'}))",
    "asks as XMLHttpRequest": "return new Promise((y, n) => { const x = new XMLHttpRequest(); x.onload = () => y(x.responseText); x.onerror = n; x.open('GET', API); x.send(); })",
    "sends a beacon": "return navigator.sendBeacon('/api/v1/boards', new Blob(['{}'], {type: 'application/json'})) && new Promise((y, n) => addEventListener('securitypolicyviolation', n))",
    "imports": "return (await import(API, {with: {type: 'json'}})).default",
    "follows events": "return opened(new EventSource('/api/v1/events'))",
    "follows events that it is sent on to": "return opened(new EventSource(sentOn('/api/v1/events')))",
    "frames the portal": "return inside('/', (f) => f.contentDocument.title)",
    "frames an unknown address": "return inside('/nothing', (f) => text(f.contentWindow.fetch(API)))",
    "frames an error of nginx's": "return inside('/%zz', (f) => text(f.contentWindow.fetch(API)))",
    "frames an address that is too long": "return inside('/' + 'x'.repeat(20000), (f) => text(f.contentWindow.fetch(API)))",
    "frames a picture": "return inside('/assets/icon.svg', (f) => text(f.contentWindow.fetch(API)))",
    "frames the API": "return inside(API, (f) => f.contentDocument.body.textContent)",
    "frames nothing": "return inside('about:blank', (f) => text(f.contentWindow.fetch(API)))",
    "frames a document of its own": "return inside(URL.createObjectURL(new Blob(['<p>'], {type: 'text/html'})), (f) => text(f.contentWindow.fetch(API)))",
    "opens the portal": "const other = open('/'); await sleep(1000); return other.document.title",
    "has a worker": "return work(URL.createObjectURL(new Blob([WORK], {type: 'text/javascript'})))",
    "has a worker with a policy of its own": "return work(answer({status: 200, headers: [['Content-Type', 'text/javascript'], ['Content-Security-Policy', 'connect-src *']], body: WORK}))",
    "has a service worker": "return navigator.serviceWorker.register(answer({status: 200, headers: [['Content-Type', 'text/javascript'], ['Service-Worker-Allowed', '/']], body: WORK}), {scope: '/'})",
}
SCRIPT = """
const [BOARD, WAY, done] = arguments;
const API = '/api/v1/session';
const sleep = (ms) => new Promise((ready) => setTimeout(ready, ms));
const late = (refused) => setTimeout(refused, 4000, 'nothing came');
const text = async (asked) => { const answer = await asked; if (answer.status === 404) throw 'nothing is there'; return `${answer.status} ${await answer.text()}`; };
const answer = (what) => BOARD + 'answer?' + encodeURIComponent(JSON.stringify(what));
const sentOn = (where, status = 302) => answer({status, headers: [['Location', where]]});
const opened = (stream) => new Promise((yes, no) => { stream.onopen = () => yes('open'); stream.onerror = no; });
const inside = (where, look) => new Promise((yes, no) => {
    const frame = document.createElement('iframe');
    frame.onload = () => Promise.resolve(frame).then(look).then(yes, no);
    frame.src = where;
    document.body.append(frame);
    late(no);
});
const WORK = `fetch('${location.origin}${API}').then((a) => a.text()).then((t) => postMessage(t), () => postMessage(''))`;
const work = (where) => new Promise((yes, no) => {
    const worker = new Worker(where);
    worker.onmessage = (message) => message.data ? yes(message.data) : no('refused');
    worker.onerror = no;
    late(no);
});
const go = new (Object.getPrototypeOf(async function () {}).constructor)('API', 'BOARD', 'WORK', 'sleep', 'text', 'answer', 'sentOn', 'opened',
                                                                      'inside', 'work', WAY);
go(API, BOARD, WORK, sleep, text, answer, sentOn, opened, inside, work).then((got) => done({got: String(got)}), (why) => done({why: String(why)}));
"""


@pytest.fixture
def hostile(page, recording_boards, alice):
    """run(way): what alice's own board, which somebody else has got into, gets hold of in her browser."""
    board, _ = recording_boards
    board.client = alice
    alice.get(f"{board.url}data/environment")
    in_state(alice, {"id": board.id}, "ready")
    document = {"status": 200, "headers": [["Content-Type", "text/html"]], "body": "<!doctype html><title>hostile</title><body>"}
    page.forget_files().driver.set_script_timeout(10)

    def run(way):
        page.enter(alice, f"{board.url}answer?{quote(json.dumps(document))}")
        return page.driver.execute_async_script(SCRIPT, board.url, way)

    yield run
    for other in page.driver.window_handles[1:]:
        page.driver.switch_to.window(other)
        page.driver.close()
    page.driver.switch_to.window(page.driver.window_handles[0])
    page.complaints()  # what was refused is in the console; that it was refused has been seen


@pytest.mark.parametrize("way", WAYS)
def test_the_page_of_a_board_gets_nothing_from_the_portal_when_it(hostile, way):
    got = hostile(WAYS[way])
    assert "why" in got or got["got"].endswith("the board's own"), got


def test_what_is_the_boards_own_it_gets(hostile):
    assert hostile("return text(fetch(BOARD + 'data/environment'))") == {"got": "200 {}"}
    assert hostile("return text(fetch(sentOn(BOARD + 'data/environment')))") == {"got": "200 {}"}
    assert hostile("return text(fetch(sentOn('data/environment')))") == {"got": "200 {}"}
    assert "got" in hostile("return work(answer({status: 200, headers: [['Content-Type', 'text/javascript']], body: 'postMessage(1)'}))")


@pytest.mark.parametrize("address", ["/api/v1/boards/{board}/sleep", "sent on"])
def test_a_form_of_a_boards_page_changes_nothing(hostile, alice, recording_boards, address):
    board = recording_boards[0]
    to = address.format(board=board.id)
    if address == "sent on":
        to = f"{board.url}answer?" + quote(json.dumps({"status": 307, "headers": [["Location", f"/api/v1/boards/{board.id}/sleep"]]}))
    got = hostile(f"""const form = document.createElement('form');
        [form.method, form.enctype, form.action, form.target] = ['post', 'text/plain', {json.dumps(to)}, 'there'];
        return inside('about:blank', async (frame) => {{
            frame.name = frame.contentWindow.name = 'there';
            document.body.append(form);
            const answered = new Promise((ready) => {{ frame.onload = ready; }});
            form.submit();
            await answered;
        }})""")
    assert got == {"got": "undefined"}, "the form was not sent"
    assert alice.board(board.id)["state"] == "ready"


MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>"


def test_what_people_call_things_is_text_on_every_page(page, lab, alice, make_board):
    folder = f"/home/alice/{MARKUP.replace('/', '')}"
    lab.exec("install", "-d", "-o", "alice", folder)
    lab.exec("/usr/local/bin/write-events", folder, user="alice")
    try:
        board = make_board(alice, folder, title=MARKUP)
        page.enter(alice, "/boards").shown(page.board(board), MARKUP)
        for path, said in (("/boards", folder), ("/", MARKUP.replace("/", "")), (f"/log/{board['id']}", MARKUP)):
            page.open(path).says(said, seconds=20)
            assert page.run("return document.querySelectorAll('img[src=x], script:not([src])').length") == 0, path
    finally:
        lab.exec("rm", "-r", folder)

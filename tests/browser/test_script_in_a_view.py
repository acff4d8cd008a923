# SPDX-License-Identifier: MIT
"""Assume that script of the owner's runs in a view after all: the driver puts it there. It gets nothing of the visitor's, of the
portal's, or of other boards."""
import pytest

from hostile import shown_board
from machine import until
from page import LAPTOP, Page

# Each returns what it got, or throws. PLACE is the view's own address, OTHER another view's.
WAYS = {
    "asks the API": "return text(fetch('/api/v1/session'))",
    "asks the API with cookies": "return text(fetch('/api/v1/session', {credentials: 'include'}))",
    "asks the API without CORS": "return text(fetch('/api/v1/session', {mode: 'no-cors', credentials: 'include'}))",
    "posts to the API": "return text(fetch('/api/v1/boards', {method: 'POST', headers: {'Content-Type': 'text/plain'}, body: '{}', credentials: 'include'}))",
    "asks as XMLHttpRequest": "return new Promise((y, n) => { const x = new XMLHttpRequest(); x.onload = () => y(x.responseText); x.onerror = () => n('refused'); x.open('GET', '/api/v1/session'); x.send(); })",
    "sends a beacon": "return refused(() => navigator.sendBeacon('/api/v1/boards', '{}'))",
    "follows events": "return opened(new EventSource('/api/v1/events'))",
    "follows events with cookies": "return opened(new EventSource('/api/v1/events', {withCredentials: true}))",
    "opens a WebSocket": "return opened(new WebSocket(`wss://${location.host}/api/v1/events`))",
    "asks the portal's page": "return text(fetch('/'))",
    "asks the owner's own board": "return text(fetch(`/b/${BOARD}/data/runs`, {credentials: 'include'}))",
    "asks another view": "return text(fetch(OTHER + 'data/runs'))",
    "asks another host": "return text(fetch('https://evil.example/'))",
    "loads a picture elsewhere": "return loaded('img', 'https://evil.example/x.png')",
    "loads a picture of the API": "return loaded('img', '/api/v1/session')",
    "loads a script elsewhere": "return loaded('script', 'https://evil.example/x.js')",
    "loads the portal's script": "return loaded('script', '/assets/main.js')",
    "loads a script of the board": "return loaded('script', 'data/runs')",
    # The driver itself may use eval() until its first pause.
    "runs a text": "await sleep(50); return window.eval('1')",
    "runs an inline script": "const s = document.createElement('script'); s.text = 'window.ran = 1'; document.body.append(s); if (!window.ran) throw 'nothing ran'; return 1",
    "imports a module": "return import('data:text/javascript,export default 1')",
    "frames the portal": "return framed('/')",
    "frames the API": "return framed('/api/v1/session')",
    "frames another view": "return framed(OTHER)",
    "frames a page elsewhere": "return framed('https://evil.example/')",
    "reads a cookie": "delete document.cookie; return document.cookie || (() => { throw 'none'; })()",
    "writes a cookie": "delete document.cookie; document.cookie = 'planted=1; path=/; secure'; if (!document.cookie) throw 'none'; return document.cookie",
    "uses the cookie store": "return cookieStore.getAll()",
    "reads the storage": "return inner().localStorage.length",
    "reads the session's storage": "return inner().sessionStorage.length",
    "opens a database": "return new Promise((y, n) => { const r = indexedDB.open('x'); r.onsuccess = () => y('open'); r.onerror = () => n('refused'); })",
    "uses the caches": "return caches.open('x')",
    "installs a service worker": "return navigator.serviceWorker.register('/frontend/x.js')",
    "starts a shared worker": "return opened(new SharedWorker('data/runs'))",
    "starts a worker of the board": "return new Worker('data/runs')",
    "reads its parent": "return parent.document.title",
    "reads the top": "return top.location.href",
    "moves the top": "top.location = 'https://evil.example/'; await sleep(300); return 'moved'",
    "opens the portal": "const other = open('/'); await sleep(800); return other.document.title",
    "opens a form": "const f = document.createElement('form'); f.action = '/api/v1/boards'; f.method = 'post'; f.enctype = 'text/plain'; document.body.append(f); f.submit(); await sleep(800); throw 'still here'",
    "asks for a password": "return navigator.credentials.get({password: true}).then((c) => c ?? (() => { throw 'none'; })())",
    # Chromium alone says what a page may.
    "writes to the clipboard": "if (!document.featurePolicy.allowsFeature('clipboard-write')) throw 'not allowed'; return 'allowed'",
    "fills the screen": "if (!document.featurePolicy.allowsFeature('fullscreen')) throw 'not allowed'; return 'allowed'",
    "has a microphone": "return navigator.mediaDevices.getUserMedia({audio: true})",
    "shares with other pages": "const c = new BroadcastChannel('x'); return new Promise((y, n) => { c.onmessage = (m) => y(m.data); setTimeout(n, 500, 'nobody'); })",
}
SCRIPT = """
const [BOARD, OTHER, WAY, done] = arguments;
// A frame without the aids of view.js.
const inner = () => { const f = document.createElement('iframe'); document.body.append(f); return f.contentWindow; };
const sleep = (ms) => new Promise((ready) => setTimeout(ready, ms));
const text = async (asked) => { const answer = await asked; if (answer.type === 'opaque') throw 'opaque'; return `${answer.status} ${await answer.text()}`; };
const opened = (stream) => new Promise((yes, no) => { stream.onopen = () => yes('open'); stream.onmessage = () => yes('open'); stream.onerror = () => no('refused'); setTimeout(no, 3000, 'nothing came'); });
const violated = (act) => new Promise((yes, no) => { addEventListener('securitypolicyviolation', (e) => no('refused: ' + e.effectiveDirective), {once: true}); act(); setTimeout(yes, 1000, 'nothing refused it'); });
const refused = violated;
const loaded = (tag, src) => new Promise((yes, no) => { const e = document.createElement(tag); e.onload = () => yes('loaded'); e.onerror = () => no('refused'); e.src = src; document.body.append(e); setTimeout(no, 3000, 'nothing came'); });
const framed = (src) => new Promise((yes, no) => { const f = document.createElement('iframe'); addEventListener('securitypolicyviolation', () => no('refused'), {once: true});
    f.onload = () => { try { yes(f.contentDocument.body.textContent); } catch (e) { no(e); } }; f.src = src; document.body.append(f); setTimeout(no, 3000, 'nothing came'); });
WAYS[WAY]().then((got) => done({got: String(got)}), (why) => done({why: String(why)}));
"""


@pytest.fixture(scope="module")
def boards(lab, site):
    with shown_board(lab, site, title="first") as first, shown_board(lab, site, title="second") as second:
        yield first, second


@pytest.fixture
def page(browser, site, bob):
    page = Page(browser, *site)
    page.driver.get("about:blank")
    page.command("Network.enable")
    page.take_session(bob)
    page.size(*LAPTOP)
    page.driver.set_script_timeout(15)
    yield page
    for other in page.driver.window_handles[1:]:
        page.driver.switch_to.window(other)
        page.driver.close()
    page.driver.switch_to.window(page.driver.window_handles[0])
    page.driver.switch_to.default_content()
    page.complaints()


@pytest.mark.parametrize("way", WAYS)
def test_script_in_a_view_gets_nothing_when_it(page, bob, boards, way):
    (board, _), (_, other) = boards
    page.enter_view(board)
    ways = "const WAYS = {[WAY]: async () => {" + WAYS[way] + "}};"
    got = page.driver.execute_async_script(SCRIPT.replace("WAYS[WAY]()", ways + "WAYS[WAY]()"), board["id"], other, way)
    assert "why" in got, f"it got {got['got'][:300]!r}"
    page.driver.switch_to.default_content()
    assert page.driver.current_url.startswith(f"{page.url}/shared/{board['id']}"), page.driver.current_url
    assert bob.is_logged_in()


def test_what_is_the_views_own_it_gets(page, boards):
    (board, place), (_, other) = boards
    page.enter_view(board)
    got = page.driver.execute_async_script("const done = arguments[0]; fetch('data/runs').then((a) => a.json()).then((r) => done(r.length), (e) => done(String(e)))")
    assert isinstance(got, int) and got > 0, got
    page.driver.execute_script("window.top.postMessage({moved: {search: '', hash: '#text'}}, '*')")
    page.driver.switch_to.default_content()
    until("the address follows", lambda: page.driver.execute_script("return location.hash") == "#text")

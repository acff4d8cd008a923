# SPDX-License-Identifier: MIT
"""TensorBoard's own dashboards, each opened through the gate with data: it draws, and the browser's console has no more
messages than for the same dashboard of a TensorBoard started by hand."""
import http.client
import json
import re
import signal
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from fixtures import in_state, member
from machine import LAB, until
from page import LAPTOP, RESULTS, Page

FOLDER, EMPTY = "/home/alice/dashboards", "/home/alice/nothing"
PORT = 6006
# For each: an element with its text without data, and a condition that is true after drawing.
DASHBOARDS = {
    "timeseries": ("tb-webapp", "Pin cards for a quick view",
        """found('scalar-card', 'canvas').some((e) => coloured(e) > 1000)
        && found('image-card', 'img').some(loaded) && found('histogram-card', 'path').filter(longer(20)).length >= 10"""),
    "scalars": ("tf-scalar-dashboard", "No scalar data was found",
        "found('tf-scalar-card', 'path').filter(longer(100)).length >= 2 * RUNS"),
    "custom_scalars": ("tf-custom-scalar-dashboard", "Ignore outliers in chart scaling",
        "found('tf-custom-scalar-multi-line-chart-card', 'path').filter(longer(100)).length >= 2 * RUNS"),
    "images": ("tf-image-dashboard", "No image data was found",
        "found('tf-image-loader', 'img').filter(loaded).length >= RUNS"),
    "audio": ("tf-audio-dashboard", "No audio data was found",
        "found('tf-audio-loader', 'audio').filter((e) => e.duration > 0.9).length >= RUNS"),
    "graphs": ("tf-graph-dashboard", "No graph definition files were found",
        # It grows until it fits the window.
        """['encoder', 'decoder', 'loss'].every((name) => found('tf-graph-scene', '.node').some((e) => saying(name)(e)
        && e.getBoundingClientRect().width > 100)) && found('tf-graph-scene', '.edge path').some(longer(0))"""),
    "distributions": ("tf-distribution-dashboard", "No distribution data was found",
        "found('vz-distribution-chart', 'path').filter(longer(10)).length >= RUNS"),
    "histograms": ("tf-histogram-dashboard", "No histogram data was found",
        "found('vz-histogram-timeseries', 'path').filter(longer(20)).length >= 10 * RUNS"),
    "text": ("tf-text-dashboard", "No text data was found",
        """found('tf-text-loader', 'h1').filter(saying('Notes')).length >= RUNS
        && found('tf-text-loader', 'td').length >= 2 * RUNS"""),
    "pr_curves": ("tf-pr-curve-dashboard", "Time Display Type",
        "found('tf-pr-curve-card', 'path').filter(longer(40)).length >= RUNS"),
    "hparams": ("tf-hparams-dashboard", "No hparams data was found",
        """found('tf-hparams-table-view', 'vaadin-grid-cell-content').filter((e) =>
        /^\\s*(adam|sgd|0\\.9\\d+)\\s*$/.test(e.textContent)).length >= 2 * RUNS"""),
    "mesh": ("mesh-dashboard", "No point cloud data was found",
        "found('tf-mesh-loader', 'canvas').some((e) => coloured(e) > 5000)"),
    "projector": ("vz-projector-dashboard", "No checkpoint was found",
        """found('vz-projector', '*').some(saying('Points: 120'))
        && found('vz-projector', 'canvas').some((e) => coloured(e) > 5000)"""),
}
# All kinds of time series side by side, in a window that shows them; the others are as they open by themselves.
QUERIES, WINDOWS = {"timeseries": "?tagFilter=accuracy%7Cfilters%7Cweights"}, {"timeseries": (1280, 1400)}
# Letters and icons as well.
DRESSED = """[...document.fonts].every((font) => ['unloaded', 'loaded'].includes(font.status))
    && [...document.fonts].some((font) => font.status == 'loaded' && font.family.includes('Roboto'))
    && found('tb-webapp', 'mat-icon').every((icon) => icon.querySelector('svg > *'))"""
# Searches shadow roots and frames immediately after they have drawn: canvases do not keep their pixels.
LOOK = """
const below = (root) => [...root?.querySelectorAll('*') || []]
    .flatMap((e) => [e, ...below(e.shadowRoot), ...below(e.contentDocument)]);
const all = below(document);
const found = (where, what) => [...new Set(all.filter((e) => e.matches(where)).flatMap((e) => [...below(e), ...below(e.shadowRoot)]))]
    .filter((e) => e.matches(what));
const longer = (points) => (path) => (path.getAttribute('d') || '').split(/[LC]/).length > points + 1;
const loaded = (image) => image.complete && image.naturalWidth > 0;
const saying = (text) => (e) => e.textContent.includes(text);
const coloured = (canvas) => {
    const copy = Object.assign(document.createElement('canvas'), {width: canvas.width, height: canvas.height}).getContext('2d');
    copy.drawImage(canvas, 0, 0);
    const data = copy.getImageData(0, 0, canvas.width, canvas.height).data;
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
        const [r, g, b] = [data[i], data[i + 1], data[i + 2]];
        count += data[i + 3] > 0 && Math.max(r, g, b) - Math.min(r, g, b) > 50;
    }
    return count;
};
const RUNS = 4;
const last = all.filter((e) => e.contentDocument).pop()?.contentWindow || window;
return new Promise((done) => { last.requestAnimationFrame(() => done(CONDITION)); setTimeout(done, 1000, false); });
"""
# Of a console line: the server, and where a board and the files of all boards are on it; what is left is TensorBoard's.
ADDRESS = re.compile(r"https?://[\w.:]+(?:/b/[a-z0-9]+|/frontend/[0-9a-f]+)?(/[^\s?#]*)\S*")


class Opening:
    """A dashboard while it opens."""

    def __init__(self, page, name, url):
        self.page, self.name, self.unanswered = page, name, set()
        self.server = "{0.scheme}://{0.netloc}/".format(urlsplit(url))
        page.driver.get("about:blank")
        page.complaints(), page.requests()
        page.size(*WINDOWS.get(name, LAPTOP))
        page.driver.get(f"{url}{QUERIES.get(name, '')}#{name}")

    def sees(self, condition):
        return self.page.run(LOOK.replace("CONDITION", condition))

    def is_drawn(self):
        return self.sees(DASHBOARDS[self.name][2])

    def is_answered(self):
        """Whether all requests have ended: messages about missing files come only then. (The page gets no event for a
        worker's script.)"""
        for entry in self.page.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent" and "worker.js" not in message["params"]["request"]["url"]:
                self.unanswered.add(message["params"]["requestId"])
            elif message["method"] in ("Network.loadingFinished", "Network.loadingFailed"):
                self.unanswered.discard(message["params"]["requestId"])
        return not self.unanswered

    def wait(self):
        until(f"{self.name} is drawn", self.is_drawn, 30)
        until("letters and icons are there", lambda: self.sees(DRESSED))
        until("all is answered", self.is_answered)

    def complaints(self):
        """The distinct console messages, without what differs between two servers: addresses, and positions in a file. Late
        messages of the previous page are not this page's."""
        own = [line for line in self.page.complaints() if "://" not in line or self.server in line]
        return {re.sub(r" (?:[\d:]+|-) ", " ", ADDRESS.sub(r"\1", line), count=1) for line in own}


@contextmanager
def bare(lab, host):
    """TensorBoard started by hand: http, on a port of its own."""
    process = lab.start("runuser", "-u", "alice", "--", "/opt/tensorboard/bin/tensorboard", f"--logdir={FOLDER}", f"--host={host}",
                        f"--port={PORT}")

    def ask(path):
        connection = http.client.HTTPConnection(host, PORT, timeout=5)
        connection.request("GET", path)
        return json.loads(connection.getresponse().read())

    try:
        until("the bare TensorBoard has everything", lambda: has_everything(ask("/data/plugins_listing")), 30)
        yield f"http://{host}:{PORT}/"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def has_everything(listing):
    """TensorBoard reads while it serves, and searches for embeddings after the first request."""
    return all(listing[name]["enabled"] for name in DASHBOARDS)


@pytest.fixture(scope="module")
def places(lab, site):
    """The same dashboards: through the gate, bare, and through the gate with nothing in them."""
    lab.write("/usr/local/bin/write-dashboards", (LAB.parent / "write-dashboards").read_bytes(), mode="0755")
    alice, made = member(site, "alice"), []
    try:
        lab.exec("mkdir", EMPTY, user="alice")
        for program in ("write-events", "write-dashboards"):
            lab.exec(f"/usr/local/bin/{program}", FOLDER, user="alice")
        for folder in (FOLDER, EMPTY):
            answer = alice.post("/api/v1/boards", {"logdir": folder, "new": True, "wake": True})
            assert answer.status == 201, answer
            made.append(answer.json)
        gated, empty = (in_state(alice, board, "ready")["url"] for board in made)
        with bare(lab, urlsplit(site[0]).hostname) as by_hand:
            until("the board has everything", lambda: has_everything(alice.get(f"{gated}data/plugins_listing").json), 30)
            yield {"gate": site[0] + gated, "bare": by_hand, "empty": site[0] + empty}
    finally:
        for board in made:
            alice.delete(f"/api/v1/boards/{board['id']}")
        lab.exec("rm", "-rf", FOLDER, EMPTY)


@pytest.fixture
def page(browser, site, alice):
    """A page with alice's session. It may use the browser's cache."""
    page = Page(browser, *site)
    page.driver.get("about:blank")
    page.command("Network.enable")
    page.take_session(alice)
    return page.expect("GL Driver Message")  # about Chromium's own drawing; their number depends on the machine


@pytest.mark.parametrize("name", DASHBOARDS)
def test_through_the_gate_it_draws_and_complains_no_more_than_bare(page, places, name):
    said = {}
    for place in ("gate", "bare"):
        opening = Opening(page, name, places[place])
        opening.wait()
        page.picture(RESULTS / f"dashboard-{name}-{place}.png")
        said[place] = opening.complaints()
    assert said["gate"] - said["bare"] == set()


def test_without_data_nothing_is_taken_for_a_drawing(page, places):
    opening = Opening(page, "scalars", places["empty"])
    for name, (element, text, _) in DASHBOARDS.items():
        opening.name = name
        page.run("location.hash = arguments[0]", name)
        until(f"{name} is there", lambda: opening.sees(f"found('{element}', '*').some(saying('{text}'))"), 30)
        until("all is answered", opening.is_answered)
        assert not opening.is_drawn(), name

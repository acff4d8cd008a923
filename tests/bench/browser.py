# SPDX-License-Identifier: MIT
"""A real Chromium with an empty profile, controlled over its debugging pipe: measures the bytes and the time until a page is
drawn."""
import base64
import hashlib
import itertools
import json
import os
import queue
import shutil
import ssl
import subprocess
import tempfile
import threading
import time

OPTIONS = ["--headless=new", "--no-sandbox", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu", "--disable-sync",
           "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-extensions",
           "--disable-dev-shm-usage", "--window-size=1280,900"]


# The first chart has its axes and its lines (drawn by a worker, so they are looked at).
CHART = """(() => {
    const chart = document.querySelector('line-chart canvas');
    if (!chart || !document.querySelector('line-chart-axis text')) return false;
    const small = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    small.drawImage(chart, 0, 0);
    return small.getImageData(0, 0, 300, 150).data.some((value) => value > 0);
})()"""


def cookie_of(client):
    """A session, in Chromium's format."""
    return {"name": "__Host-Http-boardgate", "value": client.cookie, "url": f"{client.url}/", "path": "/", "secure": True, "httpOnly": True, "sameSite": "Lax"}


def key_of(host, port):
    """The hash of the public key of a server's certificate, in Chromium's format."""
    certificate = ssl.get_server_certificate((host, port)).encode()

    def openssl(*words, given):
        return subprocess.run(["openssl", *words], input=given, capture_output=True, check=True).stdout

    public = openssl("x509", "-pubkey", "-noout", given=certificate)
    return base64.b64encode(hashlib.sha256(openssl("pkey", "-pubin", "-outform", "DER", given=public)).digest()).decode()


class Browser:
    """`with Browser(trusted=key) as browser`; ends and removes its profile afterwards."""

    def __init__(self, trusted=""):
        self.trusted, self.numbers, self.answers = trusted, itertools.count(1), {}
        self.pages, self.frames, self.urls, self.loaded, self.lock = {}, [], {}, [], threading.Lock()

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="boardgate-bench-")
        their_in, self.out = os.pipe()
        self.come, their_out = os.pipe()

        def three_and_four():
            # Through high numbers, since either may already be the other's place.
            os.dup2(their_in, 98), os.dup2(their_out, 99), os.dup2(98, 3), os.dup2(99, 4)

        options = [*OPTIONS, f"--user-data-dir={self.profile}", f"--ignore-certificate-errors-spki-list={self.trusted}"]
        self.process = subprocess.Popen(["chromium", *options, "about:blank"], preexec_fn=three_and_four, close_fds=False,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        start_new_session=True, env={**os.environ, "HOME": self.profile})
        os.close(their_in), os.close(their_out)
        threading.Thread(target=self._read, daemon=True).start()
        # Pages and their workers: each is asked for its traffic before it does anything.
        self.attach = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
        self.call("Target.setAutoAttach", **self.attach)
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close", seconds=5)
            self.process.wait(10)
        except (OSError, AssertionError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.out)
        shutil.rmtree(self.profile, ignore_errors=True)

    # -- the protocol: JSON documents that end with a zero byte ---------------------------------------------------
    def _read(self):
        with open(self.come, "rb") as stream:
            rest = b""
            while data := stream.read1(1 << 20):
                *messages, rest = (rest + data).split(b"\0")
                for message in map(json.loads, messages):
                    if "id" in message:
                        self.answers.pop(message["id"]).put(message)
                    else:
                        self._event(message["method"], message["params"], message.get("sessionId"))

    def _send(self, method, session=None, **parameters):
        number, answer = next(self.numbers), queue.Queue()
        self.answers[number] = answer
        text = {"id": number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        with self.lock:
            os.write(self.out, json.dumps(text).encode() + b"\0")
        return answer

    def call(self, method, session=None, seconds=30, **parameters):
        try:
            message = self._send(method, session, **parameters).get(timeout=seconds)
        except queue.Empty:
            raise AssertionError(f"{method}: no answer within {seconds} s") from None
        assert "error" not in message, f"{method}: {message}"
        return message["result"]

    def _event(self, method, given, session):
        if method == "Target.attachedToTarget":
            child = given["sessionId"]
            self._send("Network.enable", child)
            self._send("Target.setAutoAttach", child, **self.attach)
            self._send("Runtime.runIfWaitingForDebugger", child)
            self.pages[given["targetInfo"]["targetId"]] = child
            if given["targetInfo"]["type"] == "iframe":
                self.frames.append(child)
        elif method == "Network.requestWillBeSent":
            self.urls[given["requestId"]] = given["request"]["url"]
        elif method == "Network.loadingFinished":
            self.loaded.append((self.urls.get(given["requestId"], ""), given["encodedDataLength"]))

    # -- pages ----------------------------------------------------------------------------------------------------
    def look(self, session, expression):
        return self.call("Runtime.evaluate", session, expression=expression, returnByValue=True)["result"].get("value")

    def open(self, url, drawn, cookies=(), far=None, frame=False, seconds=30):
        """Opens a page in a tab of its own: the seconds until the expression `drawn` is true, in the page or in its sandboxed
        frame, and [(url, bytes)] of the requests. `far`: (latency in seconds, bytes per second) of the network."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.pages[target]
        for cookie in cookies:
            self.call("Network.setCookie", session, **cookie)
        if far:
            self.call("Network.emulateNetworkConditions", session, offline=False, latency=far[0] * 1000,
                      downloadThroughput=far[1], uploadThroughput=far[1])
        self.loaded = []
        self.call("Page.navigate", session, url=url)
        deadline, took = time.monotonic() + seconds, None
        look = f"location.href !== 'about:blank' && ({drawn}) ? performance.timeOrigin + performance.now() : null"
        while took is None:
            assert time.monotonic() < deadline, f"{url} was not drawn within {seconds} s"
            if not frame or self.frames:
                took = self.look(self.frames[-1] if frame else session, look)
            time.sleep(0.01)
        took = (took - self.look(session, "performance.timeOrigin")) / 1000
        time.sleep(0.5)  # what comes late is moved as well
        self.call("Target.closeTarget", targetId=target)
        return took, [(u, n) for u, n in self.loaded if u.startswith("http")]

# SPDX-License-Identifier: MIT
"""A client that behaves like a browser but corrects nothing: one request per connection, bytes are sent unchanged."""
import base64
import http.client
import json
import os
import queue
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

from machine import PATIENCE

COOKIE = "__Host-Http-boardgate"
NAVIGATION = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document",
              "Accept": "text/html,*/*"}
_UNSET = object()


class Answer:
    """A complete answer."""

    def __init__(self, response, body):
        self.status, self.pairs, self.body = response.status, response.getheaders(), body

    def all(self, name):
        return [value for key, value in self.pairs if key.lower() == name.lower()]

    def header(self, name):
        values = self.all(name)
        assert len(values) <= 1, f"{name} is there {len(values)} times: {values}"
        return values[0] if values else None

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def problem(self):
        """The problem document; fails the test if the answer is not one."""
        kind = (self.header("Content-Type") or "").split(";")[0]
        assert kind == "application/problem+json", f"not a problem document: {self!r}"
        document = self.json
        assert document["status"] == self.status and document["title"], f"a problem that contradicts itself: {self!r}"
        return document

    @property
    def code(self):
        return self.problem["code"]

    def without_date(self):
        """The parts in which equal answers must agree."""
        return self.status, sorted((k.lower(), v) for k, v in self.pairs if k.lower() != "date"), self.body

    def __repr__(self):
        return f"<{self.status} {self.header('Content-Type')} {self.body[:400]!r}>"


class Client:
    """A person at a browser; logged in if `cookie` is set."""

    def __init__(self, url, ca, user=None, password=None):
        parts = urlsplit(url)
        self.url, self.ca = f"https://{parts.netloc}", ca
        self.host, self.port, self.netloc = parts.hostname, parts.port or 443, parts.netloc
        self.user, self.password, self.cookie = user, password, None
        self.asked_name = self.host  # in the TLS handshake
        self.tls = ssl.create_default_context(cafile=ca)

    def stranger(self):
        """A client of the same machine without a session."""
        return Client(self.url, self.ca)

    # -- requests -------------------------------------------------------------------------------------------------
    def connect(self, timeout=30):
        plain = socket.create_connection((self.host, self.port), timeout)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.tls.wrap_socket(plain, server_hostname=self.asked_name)

    def head(self, method, target, headers=None, length=None):
        """The bytes of a request's head. A header's value may be a list (sent as often) or None (left out)."""
        fields = {"Host": self.netloc, "Connection": "close"}
        if self.cookie:
            fields["Cookie"] = f"{COOKIE}={self.cookie}"
        if method not in ("GET", "HEAD"):
            fields["Sec-Fetch-Site"] = "same-origin"
            fields["Content-Length"] = str(length or 0)
        fields.update(headers or {})
        lines = [_bytes(method) + b" " + _bytes(target) + b" HTTP/1.1"]
        for name, values in fields.items():
            for value in values if isinstance(values, list) else [values]:
                if value is not None:
                    lines.append(_bytes(name) + b": " + _bytes(value))
        return b"\r\n".join(lines) + b"\r\n\r\n"

    def stream(self, method, target, body=b"", headers=None, timeout=30, tls=None):
        """An answer of which only the head has been read; close it."""
        tls = tls or self.connect(timeout)
        try:
            tls.sendall(self.head(method, target, headers, len(body)) + body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before everything was sent; the answer can be read
        response = http.client.HTTPResponse(tls, method=method)
        response.begin()
        tls.close()  # the response holds a reference of its own
        return response

    def send(self, method, target, json_body=_UNSET, body=b"", headers=None, timeout=30):
        headers = dict(headers or {})
        if json_body is not _UNSET:
            body = json.dumps(json_body).encode()
            headers.setdefault("Content-Type", "application/json")
        tls = self.connect(timeout)
        # For the whole answer: a slow answer must not delay a test.
        watch = threading.Timer(timeout, tls.shutdown, [socket.SHUT_RDWR])
        watch.start()
        try:
            with self.stream(method, target, body, headers, tls=tls) as response:
                return Answer(response, response.read())
        finally:
            watch.cancel()

    def get(self, target, headers=None, **more):
        return self.send("GET", target, headers=headers, **more)

    def visit(self, target):
        """As when typed into the address bar."""
        return self.get(target, headers=NAVIGATION)

    def post(self, target, json_body=_UNSET, **more):
        return self.send("POST", target, json_body, **more)

    def delete(self, target, **more):
        return self.send("DELETE", target, **more)

    # -- the session ----------------------------------------------------------------------------------------------
    def try_login(self, user, password, **fields):
        return self.stranger().post("/api/v1/login", {"user": user, "password": password, **fields})

    def login(self, **fields):
        """Logs in again; forgets the previous session without ending it."""
        answer = self.try_login(self.user, self.password, **fields)
        assert answer.status == 200, f"{self.user} cannot log in: {answer!r}"
        self.cookie = cookie_of(answer)
        return self

    def is_logged_in(self):
        return bool(self.cookie) and self.get("/api/v1/session").status == 200

    # -- boards ---------------------------------------------------------------------------------------------------
    def board(self, board_id):
        answer = self.get(f"/api/v1/boards/{board_id}")
        assert answer.status == 200, answer
        return answer.json

    def boards(self):
        answer = self.get("/api/v1/boards")
        assert answer.status == 200, answer
        return answer.json["boards"]

    def events(self, target="/api/v1/events", headers=None):
        """An event stream, being read: `with client.events() as events: events.until(...)`."""
        return Events(self.stream("GET", target, headers={"Accept": "text/event-stream", **(headers or {})}, timeout=60))

    def websocket(self, target, headers=None, timeout=10):
        """Asks for an upgrade; (answer, socket), where socket is None unless the answer is 101."""
        key = base64.b64encode(os.urandom(16)).decode()
        asked = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                 "Sec-WebSocket-Key": key, "Origin": self.url, **(headers or {})}
        tls = self.connect(timeout)
        tls.sendall(self.head("GET", target, asked))
        response = http.client.HTTPResponse(tls)
        response.begin()
        if response.status != 101:
            with tls, response:
                return Answer(response, response.read()), None
        return Answer(response, b""), WebSocket(tls, response)


class Events:
    """A text/event-stream, read by a thread of its own; each event is (name, data, id)."""

    def __init__(self, response):
        self.response, self.seen, self.arrived = response, [], queue.Queue()
        kind = response.getheader("Content-Type") or ""
        if response.status != 200 or not kind.startswith("text/event-stream"):
            with response:
                raise AssertionError(f"no event stream: {Answer(response, response.read())!r}")
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        name, data, last = "message", [], None
        try:
            while line := self.response.readline():
                field, _, value = line.decode().rstrip("\r\n").partition(":")
                value = value.removeprefix(" ")
                if field == "event":
                    name = value
                elif field == "data":
                    data.append(value)
                elif field == "id":
                    last = value
                elif not field and data:
                    self.arrived.put((name, json.loads("\n".join(data)), last))
                    name, data = "message", []
        except (OSError, ValueError, AttributeError):
            pass  # closed, by either side
        self.arrived.put(None)

    def until(self, what, wanted, seconds=PATIENCE):
        """The first event for which wanted(name, data) is true; `seen` has the events before it."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                event = self.arrived.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                event = False
            if not event:
                how = "ended" if event is None else f"had nothing of it within {seconds} s"
                raise AssertionError(f"the event stream {how}: {what}; saw, last ones at the end: {self.seen[-5:]}")
            self.seen.append(event)
            if wanted(event[0], event[1]):
                return event

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Also wakes the thread, for which close() alone would wait.
        try:
            self.response.fp.raw._sock.shutdown(socket.SHUT_RDWR)
        except (OSError, AttributeError):
            pass


class WebSocket:
    """The part of RFC 6455 for one short text in one frame."""

    def __init__(self, tls, response):
        # The response closes its socket when it is deleted.
        self.tls, self.response, self.reader = tls, response, response.fp

    def say(self, text):
        payload, mask = text.encode(), os.urandom(4)
        assert len(payload) < 126
        masked = bytes(b ^ mask[i % 4] for i, b in enumerate(payload))
        self.tls.sendall(struct.pack("!BB", 0x81, 0x80 | len(payload)) + mask + masked)

    def hear(self):
        first, length = struct.unpack("!BB", self.reader.read(2))
        assert first == 0x81 and length < 126, (first, length)
        return self.reader.read(length).decode()

    def close(self):
        self.response.close()
        self.tls.close()


def cookie_of(answer):
    """The session that an answer sets."""
    for value in answer.all("Set-Cookie"):
        name, _, rest = value.partition("=")
        if name == COOKIE:
            return rest.split(";")[0]
    raise AssertionError(f"no session cookie in {answer.pairs}")


def _bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def clones(client, number):
    """Clients of the same session, for requests side by side."""
    made = []
    for _ in range(number):
        clone = Client(client.url, client.ca, client.user, client.password)
        clone.cookie = client.cookie
        made.append(clone)
    return made


class Visitors:
    """Requests without a pause in the background, each over a connection of its own: how often each status or error came, and what
    was not 200."""

    def __init__(self, clients, targets):
        self.answers, self.wrong, self.end = Counter(), [], threading.Event()
        self.threads = [threading.Thread(target=self.visit, args=(client, target)) for client, target in zip(clients, targets)]

    def visit(self, client, target):
        while not self.end.is_set():
            try:
                status = what = client.get(target).status
            except OSError as error:
                status, what = type(error).__name__, repr(error)
            self.answers[status] += 1
            if status != 200:
                self.wrong.append((target, what))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.end.set()
        for thread in self.threads:
            thread.join()

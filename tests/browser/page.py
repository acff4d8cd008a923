# SPDX-License-Identifier: MIT
"""The portal in Debian's Chromium, used like a person: through visible elements, with keyboard and pointer."""
import base64
import hashlib
import json
import socket
import ssl
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.common.exceptions import (ElementClickInterceptedException, ElementNotInteractableException,
                                        NoSuchElementException, StaleElementReferenceException, WebDriverException)
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from client import COOKIE
from machine import PATIENCE, until

TOP = Path(__file__).resolve().parents[2]
RESULTS = TOP / "build/results"
NOT_YET = (NoSuchElementException, StaleElementReferenceException, ElementClickInterceptedException,
           ElementNotInteractableException)
LAPTOP, PHONE = (1280, 900), (390, 844)
# Of the portal's own site and without a script: Chromium starts a process for each change of the site, about:blank included.
NOTHING = "/assets/icon.svg"


def key_of(url, authority):
    """The hash of the public key of the server's certificate, by which Chromium accepts it."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port or 443), 10) as plain, \
            ssl.create_default_context(cafile=authority).wrap_socket(plain, server_hostname=parts.hostname) as tls:
        certificate = tls.getpeercert(binary_form=True)
    pem = subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", "-pubkey"], input=certificate, check=True, capture_output=True).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=pem, check=True, capture_output=True).stdout
    return base64.b64encode(hashlib.sha256(der).digest()).decode()


@contextmanager
def open_browser(site):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # Trust only the lab's server; Chromium accepts this option only with a profile of its own.
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars",
                         "--force-color-profile=srgb", "--disable-background-networking", "--no-first-run",
                         # Software rendering: TensorBoard's charts need WebGL.
                         "--enable-unsafe-swiftshader",
                         f"--user-data-dir={profile}", f"--ignore-certificate-errors-spki-list={key_of(*site)}"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        driver.set_page_load_timeout(60)
        try:
            yield driver
        finally:
            driver.quit()


# Each looks in one step: a page that is drawn anew meanwhile cannot take elements away, and a look costs one request.
SEEN = """
const [selector, text] = arguments;
const plain = (text) => text.replaceAll('\\u00a0', ' ');
const visible = (e) => {
    const {width, height} = e.getBoundingClientRect();
    return width > 0 && height > 0 && e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true});
};
const seen = (selector) => [...document.querySelectorAll(selector)].filter(visible);
const first = () => seen(selector).find((e) => text == null || plain(e.innerText ?? e.textContent).includes(text)) ?? null;
"""
FIRST = f"{SEEN} return first();"
AIM = f"{SEEN} const found = first(); found?.scrollIntoView({{block: 'center'}}); return found;"
TEXT = f"{SEEN} return plain(document.body?.innerText ?? '');"
TEXTS = f"{SEEN} return seen(selector).map((e) => e.innerText.trim());"
VALUE = f"{SEEN} const found = first(); return found ? [found.value] : null;"


class Page:
    """One tab. Each call waits for its condition, and fails with the page's actual content."""
    opened = None  # the page of the current test

    def __init__(self, driver, url, authority):
        Page.opened = self
        self.driver, self.url, self.authority = driver, url, authority
        self.stuck = None  # why the page could not be closed
        # Parts of console lines that a test provokes; the first is another lab of this machine that comes or goes.
        self.expected = ["ERR_NETWORK_CHANGED"]

    # -- where ----------------------------------------------------------------------------------------------------
    def fresh(self):
        """As a browser in which nobody is logged in and nothing is remembered, but files that are kept for ever."""
        if self.path != NOTHING:
            self.open(NOTHING)
        self.command("Network.enable")
        self.command("Network.clearBrowserCookies")
        self.command("Storage.clearDataForOrigin", origin=self.url, storageTypes="local_storage")
        self.command("Emulation.setEmulatedMedia", features=[])
        self.size(*LAPTOP)
        self.driver.get_log("browser")

    def enter(self, client, path="/"):
        """Opens a page with a client's session."""
        return self.take_session(client).open(path)

    def take_session(self, client):
        self.command("Network.setCookie", name=COOKIE, value=client.cookie, url=self.url, secure=True, httpOnly=True)
        return self

    def enter_view(self, board, dashboard=""):
        """Opens the visitor's page of a board, and goes into its frame."""
        self.driver.get("about:blank")
        self.driver.get(f"{self.url}/shared/{board['id']}#{dashboard}")
        self.enter_frame("iframe.visit-frame")

    def enter_frame(self, selector):
        def frame():
            self.driver.switch_to.default_content()
            frames = self.driver.find_elements("css selector", selector)
            assert frames, "there is no frame yet"
            self.driver.switch_to.frame(frames[0])
            assert self.driver.execute_script("return document.readyState === 'complete' && self.origin") == "null"
            return True
        until("the frame is there", frame, 30)

    def open(self, path):
        self.driver.get(self.url + path)
        return self

    def forget_files(self):
        """As a browser that was never here."""
        self.command("Network.clearBrowserCache")
        return self

    def leave(self):
        """Opens an empty page. Keeps an error for later calls."""
        try:
            self.open(NOTHING)
        except WebDriverException as error:
            self.stuck = error

    @property
    def path(self):
        return self.driver.current_url.removeprefix(self.url)

    def command(self, name, /, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def size(self, width, height):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def theme(self, name):
        """Waits until nothing moves any more."""
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name},
                                                             {"name": "prefers-reduced-motion", "value": "reduce"}])

    # -- content -------------------------------------------------------------------------------------------------
    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def shown(self, selector, text=None, seconds=PATIENCE):
        """The first visible element that fits, with this text in it."""
        try:
            return until(f"{selector} {text or ''} is on the page", lambda: self.run(FIRST, selector, text), seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\nat {self.driver.current_url}:\n{self.text}") from None

    def gone(self, selector, seconds=PATIENCE):
        until(f"{selector} is gone", lambda: not self.run(FIRST, selector), seconds)
        return self

    def texts(self, selector):
        """The texts of the visible elements."""
        return self.run(TEXTS, selector)

    def reads(self, selector, *texts, seconds=PATIENCE):
        """Waits until the matching elements have exactly these texts. (`shown` matches "1 of 300" for 300.)"""
        def look():
            found = self.texts(selector)
            assert found == list(texts), found
            return True
        until(f"{selector} reads {', '.join(texts)}", look, seconds)
        return self

    def value(self, selector):
        """The value of the first matching field."""
        return until(f"there is {selector}", lambda: self.run(VALUE, selector))[0]

    @property
    def text(self):
        return self.run(TEXT)

    def says(self, *texts, seconds=PATIENCE):
        for text in texts:
            until(f"the page says {text!r}", lambda: text in self.text, seconds)

    def board(self, board):
        return f"li.board[data-id='{board['id'] if isinstance(board, dict) else board}']"

    @property
    def focus(self):
        return self.driver.switch_to.active_element

    # -- what people do -------------------------------------------------------------------------------------------
    def click(self, selector, text=None, seconds=PATIENCE):
        def press():
            try:
                if element := self.run(AIM, selector, text):
                    element.click()
                return bool(element)
            except NOT_YET:
                return False
        until(f"{selector} {text or ''} can be pressed", press, seconds)
        return self

    def choose(self, board, action):
        """Chooses an entry of a card's menu."""
        self.click(f"{self.board(board)} summary.more")
        return self.click(f"{self.board(board)} .board-{action}")

    def type(self, selector, text, clear=True):
        field = self.shown(selector)
        if clear:
            field.send_keys(Keys.CONTROL, "a")
            field.send_keys(Keys.DELETE)
        field.send_keys(text)
        return self

    def keys(self, *keys):
        for key in keys:
            self.focus.send_keys(key)
        return self

    # -- judging it -----------------------------------------------------------------------------------------------
    def complaints(self):
        """The console's messages, without expected ones."""
        lines = [line for line in self.driver.get_log("browser") if line["level"] in ("SEVERE", "WARNING")]
        texts = [f"{line['source']}: {line['message']}" for line in lines]
        return [text for text in texts if not any(part in text for part in self.expected)]

    def expect(self, *parts):
        """Expects console messages with these texts: the test makes the server refuse."""
        self.expected += parts
        return self

    def messages(self):
        """Chromium's network events since the last call."""
        return [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]

    def requests(self):
        """[(url, type, bytes)] since the last call."""
        sent, sizes = {}, {}
        for message in self.messages():
            parameters = message.get("params", {})
            if message["method"] == "Network.requestWillBeSent":
                sent[parameters["requestId"]] = (parameters["request"]["url"], parameters.get("type"))
            elif message["method"] == "Network.loadingFinished":
                sizes[parameters["requestId"]] = parameters["encodedDataLength"]
        return [(url, kind, sizes.get(key, 0)) for key, (url, kind) in sent.items()]

    def picture(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.command("Page.captureScreenshot", format="png")["data"]))

    def explain(self, name):
        """After a failure: takes a screenshot, and returns the page's text and console messages for the report."""
        picture = RESULTS / f"{name.replace('/', '-')}.png"
        try:
            self.picture(picture)
            return f"{self.driver.current_url} ({picture})\n{self.text}\n{self.complaints()}"
        except Exception as error:  # the test's own failure matters more
            return f"cannot be asked: {error}"

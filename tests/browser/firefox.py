# SPDX-License-Identifier: MIT
"""Debian's Firefox, driven by Marionette, the protocol behind geckodriver, which Debian 12 does not have. As much of Selenium's
driver as the tests of shared boards use."""
import base64
import json
import os
import signal
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from client import COOKIE
from machine import until
from page import NOTHING, Page

ELEMENT, FRAME = "element-6066-11e4-a52e-4f735466cecf", "frame-075b-4da1-b6c8-f0c2c9ae5f26"
PREFERENCES = {
    "marionette.port": 0,  # any free one; the profile gets a file with it
    "browser.shell.checkDefaultBrowser": False, "browser.startup.page": 0, "browser.newtabpage.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False, "toolkit.telemetry.server": "", "app.normandy.enabled": False,
    "app.update.enabled": False, "extensions.update.enabled": False, "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False, "services.settings.server": "data:,#remote-settings-dummy/v1",
    "media.autoplay.default": 0, "webgl.force-enabled": True, "dom.ipc.processPrelaunch.enabled": False,
    # A window that a test's script opens is seen as one.
    "dom.disable_open_during_load": False, "fission.bfcacheInParent": False,
}


class MarionetteError(Exception):
    """What the browser refused."""


class Marionette:
    """One connection: a command at a time, each answered."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.settimeout(90)  # longer than the browser's own patience with a page or a script
        self.begun, self.number = b"", 0
        self.receive()  # a greeting

    def receive(self):
        while b":" not in self.begun:
            self.begun += self.more()
        length, _, rest = self.begun.partition(b":")
        while len(rest) < int(length):
            rest += self.more()
        self.begun = rest[int(length):]
        return json.loads(rest[:int(length)])

    def more(self):
        got = self.socket.recv(65536)
        if not got:
            raise MarionetteError("Firefox has ended")
        return got

    def __call__(self, name, **parameters):
        self.number += 1
        text = json.dumps([0, self.number, name, parameters]).encode()
        self.socket.sendall(b"%d:%s" % (len(text), text))
        _, number, error, result = self.receive()
        assert number == self.number, (number, self.number)
        if error:
            raise MarionetteError(f"{error['error']}: {error['message']}")
        return result.get("value") if isinstance(result, dict) and set(result) == {"value"} else result


class Element:
    def __init__(self, value):
        self.value = value


def _in(value):
    return value.value if isinstance(value, Element) else value


def _out(value):
    if isinstance(value, list):
        return [_out(each) for each in value]
    return Element(value) if isinstance(value, dict) and ELEMENT in value else value


class Alert:
    def __init__(self, ask):
        self.ask, self.text = ask, ask("WebDriver:GetAlertText")

    def dismiss(self):
        self.ask("WebDriver:DismissAlert")


class SwitchTo:
    def __init__(self, ask):
        self.ask = ask

    def frame(self, element):
        self.ask("WebDriver:SwitchToFrame", element=element.value[ELEMENT])

    def default_content(self):
        self.ask("WebDriver:SwitchToFrame", id=None)

    def window(self, handle):
        self.ask("WebDriver:SwitchToWindow", handle=handle)

    @property
    def alert(self):
        return Alert(self.ask)


class Firefox:
    def __init__(self, ask):
        self.ask = ask
        self.switch_to = SwitchTo(ask)
        ask("WebDriver:NewSession", acceptInsecureCerts=True, unhandledPromptBehavior="ignore")
        ask("WebDriver:SetTimeouts", pageLoad=60000, script=30000)

    def get(self, url):
        self.ask("WebDriver:Navigate", url=url)

    @property
    def current_url(self):
        return self.ask("WebDriver:GetCurrentURL")

    @property
    def window_handles(self):
        return self.ask("WebDriver:GetWindowHandles")

    def close(self):
        self.ask("WebDriver:CloseWindow")

    def set_script_timeout(self, seconds):
        self.ask("WebDriver:SetTimeouts", script=seconds * 1000)

    def execute_script(self, script, *arguments):
        return _out(self.ask("WebDriver:ExecuteScript", script=script, args=[_in(each) for each in arguments]))

    def execute_async_script(self, script, *arguments):
        return _out(self.ask("WebDriver:ExecuteAsyncScript", script=script, args=[_in(each) for each in arguments]))

    def find_elements(self, using, value):
        return _out(self.ask("WebDriver:FindElements", using=using, value=value))

    def set_cookie(self, url, name, value):
        self.ask("WebDriver:AddCookie", cookie={"name": name, "value": value, "domain": urlsplit(url).hostname, "path": "/",
                                               "secure": True, "httpOnly": True, "sameSite": "Lax"})

    def delete_cookies(self):
        self.ask("WebDriver:DeleteAllCookies")

    def screenshot(self):
        return self.ask("WebDriver:TakeScreenshot", full=False)


@contextmanager
def open_firefox():
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        Path(profile, "user.js").write_text("".join(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items()))
        with open(Path(profile, "log"), "w") as log:
            process = subprocess.Popen(["/usr/bin/firefox-esr", "--headless", "--marionette", "--no-remote", "--profile", profile],
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
                                       env={**os.environ, "HOME": profile, "MOZ_CRASHREPORTER_DISABLE": "1"})

        def port():
            assert process.poll() is None, Path(profile, "log").read_text()[-2000:]
            told = Path(profile, "MarionetteActivePort")
            return told.exists() and int(told.read_text() or 0)
        try:
            yield Firefox(Marionette(until("Firefox listens", port, 90)))
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class FirefoxPage(Page):
    """What the tests of shared boards need of a page. The console's messages stay with the browser."""

    def take_session(self, client):
        self.open(NOTHING)
        self.driver.delete_cookies()
        self.driver.set_cookie(self.url, COOKIE, client.cookie)
        return self

    def size(self, width, height):
        self.driver.ask("WebDriver:SetWindowRect", width=width, height=height)

    def complaints(self):
        return []

    def picture(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.driver.screenshot()))

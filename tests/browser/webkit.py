# SPDX-License-Identifier: MIT
"""Debian's WebKitGTK, Safari's engine, where webkit2gtk-driver and xvfb are installed. Its driver loses the window at a page with
Cross-Origin-Opener-Policy, as the portal's have, so that a view's frame is in a page of the tests' own."""
import os
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.webkitgtk.options import Options

from client import COOKIE
from machine import until
from page import TOP, Page

DRIVER = Path("/usr/bin/WebKitWebDriver")
PLACE = "/webkit/"
LOCATION = f"""location {PLACE} {{
    alias /srv/webkit/;
    default_type text/html;
    # A location with a header inherits none.
    add_header Content-Security-Policy "default-src 'none'; frame-src 'self'; style-src 'unsafe-inline'";
}}
"""
SERVER = "/etc/boardgate/nginx-server.conf"


@contextmanager
def open_webkit():
    browser, = Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        read, write = os.pipe()
        display = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24"], pass_fds=[write],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        before = dict(os.environ)
        try:
            with open(read) as told:
                os.environ.update(DISPLAY=f":{told.readline().strip()}", HOME=home, XDG_RUNTIME_DIR=home, LIBGL_ALWAYS_SOFTWARE="1")
            options = Options()
            options.binary_location = str(browser)
            options.add_argument("--automation")
            options.set_capability("acceptInsecureCerts", True)
            driver = webdriver.WebKitGTK(executable_path=str(DRIVER), options=options, service_log_path=f"{home}/log")
            try:
                driver.set_page_load_timeout(60)
                driver.set_script_timeout(30)
                yield driver
            finally:
                driver.quit()
        finally:
            os.environ.clear()
            os.environ.update(before)
            display.send_signal(signal.SIGTERM)
            display.wait()


@contextmanager
def own_page(lab, client):
    """nginx serves files of the tests below PLACE, without the portal's headers."""
    before = lab.read(SERVER).decode()
    try:
        lab.write(SERVER, before + LOCATION)
        lab.exec("mkdir", "-p", "/srv/webkit")
        lab.write("/srv/webkit/there", "")
        lab.systemctl("reload", "nginx")
        until("nginx serves the tests' own page", lambda: client.get(PLACE + "there").status == 200)
        yield
    finally:
        lab.write(SERVER, before)
        lab.systemctl("reload", "nginx")
        lab.exec("rm", "-rf", "/srv/webkit")


def sandbox():
    """Of the portal's frame of a view."""
    text = (TOP / "nginx/portal/assets/visit.js").read_text()
    return text.split("const sandbox = '", 1)[1].split("'", 1)[0]


class WebKitPage(Page):
    """What the tests of shared boards need of a page. The console's messages stay with the browser."""

    def __init__(self, driver, url, authority, lab):
        super().__init__(driver, url, authority)
        self.lab, self.client = lab, None

    def enter_view(self, board, dashboard=""):
        """Goes into a frame with the view of a board, as the portal has it."""
        place = self.client.post(f"/api/v1/boards/{board['id']}/views", {}).json["place"]
        self.lab.write("/srv/webkit/frame", f"""<!doctype html><title>frame</title><iframe class="visit-frame" sandbox="{sandbox()}"
            referrerpolicy="no-referrer" style="width: 1200px; height: 800px" src="{place}#{dashboard}"></iframe>""")
        self.driver.get("about:blank")
        self.driver.get(f"{self.url}{PLACE}frame")
        self.enter_frame("iframe.visit-frame")

    def take_session(self, client):
        self.driver.get(f"{self.url}{PLACE}there")
        self.driver.delete_all_cookies()
        self.driver.add_cookie({"name": COOKIE, "value": client.cookie, "path": "/", "secure": True, "httpOnly": True})
        self.client = client
        return self

    def complaints(self):
        return []

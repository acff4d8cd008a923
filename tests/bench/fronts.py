# SPDX-License-Identifier: MIT
"""Other login gates in front of one small server, each from its own packages. peers measures them."""
import base64
import hashlib
import http.client
import http.cookiejar
import os
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

VERSIONS = {"jupyterhub": "6.1.1", "jupyter-server-proxy": "4.6.0", "configurable-http-proxy": "5.3.0", "oauth2-proxy": "v7.15.6", "caddy": "v2.11.9"}
USER, PASSWORD = "alice", "alice-bench"

NGINX = """
worker_processes 2;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 1000; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    ssl_certificate {folder}/certificate.pem;
    ssl_certificate_key {folder}/key.pem;
    ssl_session_cache shared:peers:10m;
    upstream login {{ server 127.0.0.1:{login}; keepalive 16; }}
    server {{ listen 127.0.0.1:{plain} ssl http2; location / {{ proxy_pass http://127.0.0.1:{upstream}; }} }}
    server {{
        listen 127.0.0.1:{basic} ssl http2;
        location / {{ auth_basic bench; auth_basic_user_file {folder}/apr1; proxy_pass http://127.0.0.1:{upstream}; }}
    }}
    server {{
        listen 127.0.0.1:{asking} ssl http2;
        proxy_http_version 1.1;
        location / {{ auth_request /oauth2/auth; proxy_set_header Connection close; proxy_pass http://127.0.0.1:{upstream}; }}
        location = /oauth2/auth {{
            internal;
            proxy_pass http://login;
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
            proxy_set_header Connection "";
        }}
    }}
}}
"""

UPSTREAM = """
pid {folder}/upstream.pid;
error_log stderr error;
events {{ worker_connections 1000; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{upstream} backlog=1000; location / {{ return 200 '{{"version":"tiny"}}'; }} }}
}}
"""

OAUTH2_PROXY = """
http_address = "127.0.0.1:{login}"
provider = "github"
client_id = "bench"
client_secret = "bench"
cookie_secret = "{secret}"
email_domains = ["*"]
upstreams = ["static://202"]
reverse_proxy = true
htpasswd_file = "{folder}/sha"
"""

CADDY = """
{{
    admin off
    auto_https off
    default_sni localhost
}}
https://localhost:{caddy} {{
    tls {folder}/certificate.pem {folder}/key.pem
    forward_auth 127.0.0.1:{login} {{
        uri /oauth2/auth
    }}
    reverse_proxy 127.0.0.1:{upstream}
}}
"""

JUPYTERHUB = """
c.JupyterHub.bind_url = "https://127.0.0.1:{hub}"
c.JupyterHub.hub_port = {hub_inside}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{hub_api}"
c.ConfigurableHTTPProxy.command = ["{chp}"]
c.JupyterHub.ssl_cert = "{folder}/certificate.pem"
c.JupyterHub.ssl_key = "{folder}/key.pem"
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "{password}"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}"
c.Spawner.args = ["--allow-root"]
"""

PORTS = ("upstream", "plain", "basic", "asking", "login", "caddy", "chp", "chp_api", "hub", "hub_inside", "hub_api")


def free_ports(names):
    """A port that nobody uses for each name."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in names]
    ports = {name: listener.getsockname()[1] for name, listener in zip(names, held)}
    for listener in held:
        listener.close()
    return ports


def install(folder):
    """Packages of the peers, in a folder of their own. Returns the programs that are there."""
    tools = folder / "tools"
    tools.mkdir(parents=True, exist_ok=True)
    wanted = {"jupyterhub": tools / "hub/bin/jupyterhub", "configurable-http-proxy": tools / "npm/node_modules/.bin/configurable-http-proxy",
              "oauth2-proxy": tools / "bin/oauth2-proxy", "caddy": tools / "bin/caddy"}
    commands = {
        "jupyterhub": f"python3 -m venv hub && hub/bin/pip install --quiet jupyterhub=={VERSIONS['jupyterhub']} "
                      f"jupyter-server-proxy=={VERSIONS['jupyter-server-proxy']} jupyterlab",
        "configurable-http-proxy": f"npm install --silent --prefix npm configurable-http-proxy@{VERSIONS['configurable-http-proxy']}",
        "oauth2-proxy": f"GOBIN=$PWD/bin go install github.com/oauth2-proxy/oauth2-proxy/v7@{VERSIONS['oauth2-proxy']}",
        "caddy": f"GOBIN=$PWD/bin go install github.com/caddyserver/caddy/v2/cmd/caddy@{VERSIONS['caddy']}",
    }
    needs = {"jupyterhub": "python3", "configurable-http-proxy": "npm", "oauth2-proxy": "go", "caddy": "go"}
    for name, program in wanted.items():
        if program.exists() or not shutil.which(needs[name]):
            continue
        print(f"installing {name}", flush=True)
        done = subprocess.run(["sh", "-c", commands[name]], cwd=tools, capture_output=True, text=True, timeout=1800, check=False)
        if done.returncode:
            print(f"{name} could not be installed: {done.stderr[-500:]}", flush=True)
    return {name: program for name, program in wanted.items() if program.exists()}


class Browser:
    """Logs in as a browser does, and keeps the cookies."""

    def __init__(self):
        self.jar = http.cookiejar.CookieJar()
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar), urllib.request.HTTPSHandler(context=context))

    def ask(self, url, form=None):
        body = urllib.parse.urlencode(form).encode() if form else None
        try:
            with self.opener.open(url, body, timeout=60) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")

    def cookies_for(self, url):
        request = urllib.request.Request(url)
        self.jar.add_cookie_header(request)
        return request.get_header("Cookie") or ""


class Fronts:
    """All servers, as processes of one folder; `urls` are what wrk asks, with the headers that a logged-in browser sends."""

    def __init__(self, folder):
        self.folder, self.processes, self.urls = folder, {}, {}
        shutil.rmtree(folder / "run", ignore_errors=True)
        self.programs = install(folder)
        self.run = folder / "run"
        self.run.mkdir()
        self.ports = free_ports(PORTS)
        self.values = {**self.ports, "folder": self.run, "secret": secrets.token_hex(16), "password": PASSWORD,
                       "chp": self.programs.get("configurable-http-proxy", "")}

    def __enter__(self):
        try:
            self.start_all()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        for process in self.processes.values():
            os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)

    def write(self, name, text):
        path = self.run / name
        path.write_text(text.format(**self.values))
        path.chmod(0o600)
        return str(path)

    def start(self, name, *command, **environment):
        with open(self.run / f"{name}.log", "wb") as log:
            self.processes[name] = subprocess.Popen(command, cwd=self.run, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                                    start_new_session=True, env={**os.environ, **environment})

    def until_it_answers(self, name, url, **form):
        browser, deadline = Browser(), time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                return browser, browser.ask(url, form)
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
        raise TimeoutError(f"{name} does not answer: {(self.run / f'{name}.log').read_text()[-1000:]}")

    def start_all(self):
        at = {name: f"https://127.0.0.1:{port}/" for name, port in self.ports.items()}
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", self.run / "key.pem", "-out", self.run / "certificate.pem"],
                       check=True, capture_output=True)
        for name, kind in (("apr1", "-apr1"), ("sha", None)):
            digest = subprocess.run(["openssl", "passwd", kind, PASSWORD], check=True, capture_output=True, text=True).stdout.strip() if kind else sha(PASSWORD)
            (self.run / name).write_text(f"{USER}:{digest}\n")
            (self.run / name).chmod(0o644)
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        self.run.chmod(0o755)
        self.start("upstream", nginx, "-e", "stderr", "-p", str(self.run), "-g", "daemon off;", "-c", self.write("upstream.conf", UPSTREAM))
        self.start("nginx", nginx, "-e", "stderr", "-p", str(self.run), "-g", "daemon off;", "-c", self.write("nginx.conf", NGINX))
        self.urls["nginx"] = at["plain"], {}, ("nginx",)
        self.urls["nginx with auth_basic (apr1)"] = at["basic"], {"Authorization": "Basic " + basic()}, ("nginx",)
        self.until_it_answers("nginx", at["plain"])
        if "oauth2-proxy" in self.programs:
            self.start("oauth2-proxy", str(self.programs["oauth2-proxy"]), "--config", self.write("oauth2-proxy.cfg", OAUTH2_PROXY))
            sign_in = f"http://127.0.0.1:{self.ports['login']}/oauth2/sign_in"
            browser, (status, said) = self.until_it_answers("oauth2-proxy", sign_in, username=USER, password=PASSWORD)
            cookie = "; ".join(f"{one.name}={one.value}" for one in browser.jar)
            assert "_oauth2_proxy=" in cookie, (status, said[:500])
            self.urls["nginx with oauth2-proxy"] = at["asking"], {"Cookie": cookie}, ("nginx", "oauth2-proxy")
            if "caddy" in self.programs:
                self.start("caddy", str(self.programs["caddy"]), "run", "--adapter", "caddyfile", "--config", self.write("Caddyfile", CADDY), HOME=str(self.run))
                self.until_it_answers("caddy", at["caddy"])
                self.urls["Caddy with oauth2-proxy"] = f"https://localhost:{self.ports['caddy']}/", {"Cookie": cookie}, ("caddy", "oauth2-proxy")
        if "configurable-http-proxy" in self.programs:
            self.start_jupyterhub()

    def start_jupyterhub(self):
        proxy = str(self.programs["configurable-http-proxy"])
        self.start("chp", proxy, "--ip", "127.0.0.1", "--port", str(self.ports["chp"]), "--api-ip", "127.0.0.1", "--api-port", str(self.ports["chp_api"]),
                   "--ssl-key", str(self.run / "key.pem"), "--ssl-cert", str(self.run / "certificate.pem"),
                   "--default-target", f"http://127.0.0.1:{self.ports['upstream']}")
        self.until_it_answers("chp", f"https://127.0.0.1:{self.ports['chp']}/")
        self.urls["configurable-http-proxy, no login"] = f"https://127.0.0.1:{self.ports['chp']}/", {}, ("chp",)
        if "jupyterhub" not in self.programs:
            return
        hub = self.programs["jupyterhub"]
        self.start("jupyterhub", str(hub), "-f", self.write("jupyterhub_config.py", JUPYTERHUB), PATH=f"{hub.parent}:{Path(proxy).parent}:{os.environ['PATH']}")
        home = f"https://127.0.0.1:{self.ports['hub']}"
        browser, deadline = self.until_it_answers("jupyterhub", home + "/hub/login")[0], time.monotonic() + 120
        board = f"{home}/user/{USER}/proxy/{self.ports['upstream']}/"
        answer = (0, "")
        while answer[0] != 200 or "tiny" not in answer[1]:
            if time.monotonic() > deadline:
                raise TimeoutError(f"JupyterHub shows no server: {answer[0]} {answer[1][:300]} {(self.run / 'jupyterhub.log').read_text()[-1500:]}")
            browser.ask(home + "/hub/login")
            marks = [one.value for one in browser.jar if one.name == "_xsrf" and one.path == "/hub/"]
            if not any(one.name == "jupyterhub-session-id" for one in browser.jar) and marks:
                browser.ask(home + "/hub/login", {"username": USER, "password": PASSWORD, "_xsrf": marks[0]})
            browser.ask(home + "/hub/spawn")
            answer = browser.ask(board)
            time.sleep(0.5)
        self.urls["JupyterHub with jupyter-server-proxy"] = board, {"Cookie": browser.cookies_for(board)}, ("jupyterhub",)


def basic():
    return base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


def sha(password):
    return "{SHA}" + base64.b64encode(hashlib.sha1(password.encode()).digest()).decode()

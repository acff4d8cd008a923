# SPDX-License-Identifier: MIT
"""nginx as servers have it: docs/install.md's variants, each as it is written there."""
import http.client
import re

import pytest

from client import Client
from fixtures import wait_for_gate
from machine import until

CONFIGURATION = "/etc/boardgate"


@pytest.fixture
def nginx(lab):
    """nginx.change(file, sed script), nginx.site(text): another configuration of nginx, which is undone after the test."""
    class Nginx:
        def change(self, name, script):
            lab.exec("sed", "-i", script, f"{CONFIGURATION}/{name}")

        def site(self, text):
            lab.write("/etc/nginx/conf.d/variant.conf", text)

        def reload(self):
            lab.exec("nginx", "-q", "-t")
            lab.systemctl("reload", "nginx")

    lab.exec("sh", "-euc", f"rm -rf /root/kept; cp -a {CONFIGURATION} /root/kept; cp -a /etc/nginx/nginx.conf /root/nginx.conf")
    yield Nginx()
    lab.exec("sh", "-euc", f"rm -f /etc/nginx/conf.d/*.conf; cp -a /root/kept/. {CONFIGURATION}/; cp -a /root/nginx.conf /etc/nginx/; "
             "/usr/lib/boardgate/boardgate-site enable; systemctl reload nginx")
    wait_for_gate(lab)


def answers(client, status=200):
    def ask():
        return client.get("/").status == status
    return until(f"nginx answers with {status}", ask)


def terminator(port, *directives):
    """Another TLS server in front of the site, on the same machine."""
    lines = "\n        ".join(directives)
    return f"""server {{
    listen {port} ssl;
    ssl_certificate /etc/boardgate/tls.crt;
    ssl_certificate_key /etc/boardgate/tls.key;
    location / {{
        proxy_pass https://127.0.0.1;
        proxy_set_header Host $host;
        {lines}
    }}
}}
"""


def last_client(lab, path):
    """The address that nginx's log has for the last request of a path."""
    def look():
        found = re.findall(rf'(?m)^(\S+) .*"GET {re.escape(path)} ', lab.read("/var/log/nginx/boardgate.log").decode())
        return found and found[-1]
    return until(f"{path} is in the log", look)


def test_another_port(lab, site, nginx):
    url, authority = site
    nginx.change("nginx-listen.conf", "s/443/8443/")
    nginx.change("nginx-server.conf", r"s/^#set \$boardgate_https_port/set $boardgate_https_port/")
    nginx.reload()
    alice = Client(f"{url}:8443", authority, user="alice", password="alice-lab")
    answers(alice)
    alice.login()
    host = url.removeprefix("https://")
    plain = http.client.HTTPConnection(host, 80, timeout=10)
    plain.request("GET", "/b/x?y=1")
    assert plain.getresponse().getheader("Location") == f"https://{host}:8443/b/x?y=1"


def test_a_terminator_with_a_name_of_its_own(lab, site, nginx):
    url, authority = site
    nginx.site(terminator(9443, "proxy_ssl_server_name on;", "proxy_ssl_name terminator.example.org;"))
    nginx.reload()
    alice = Client(f"{url}:9443", authority, user="alice", password="alice-lab")
    answers(alice, 421)
    nginx.change("nginx-server.conf", r"s/^#set \$boardgate_expected_host/set $boardgate_expected_host/")
    nginx.reload()
    answers(alice)


def test_addresses_are_taken_from_the_trusted_proxy_alone(lab, site, nginx):
    url, authority = site
    nginx.site(terminator(9443, "proxy_set_header X-Forwarded-For 192.0.2.77;"))
    nginx.reload()
    through, direct = Client(f"{url}:9443", authority), Client(url, authority)
    answers(through)
    through.get("/api/v1/before")
    assert last_client(lab, "/api/v1/before") == "127.0.0.1"
    nginx.change("nginx-server.conf", r"s/^#set_real_ip_from .*/set_real_ip_from 127.0.0.1;/; s/^#real_ip_header/real_ip_header/")
    nginx.reload()
    until("the proxy is trusted", lambda: through.get("/api/v1/trusted").status and last_client(lab, "/api/v1/trusted") == "192.0.2.77")
    direct.get("/api/v1/claimed", headers={"X-Forwarded-For": "192.0.2.78"})
    assert last_client(lab, "/api/v1/claimed") not in ("192.0.2.78", "127.0.0.1")
    # The terminator's machine is ours, the person behind it is not.
    assert through.get("/api/v1/health").status == direct.get("/api/v1/health").status != 200


def test_without_sites_enabled(lab, site, nginx):
    lab.exec("sh", "-euc", "/usr/lib/boardgate/boardgate-site disable; sed -i /sites-enabled/d /etc/nginx/nginx.conf; "
             "/usr/lib/boardgate/boardgate-site enable; test -L /etc/nginx/conf.d/boardgate.conf")
    nginx.reload()
    answers(Client(*site))


def test_http2_is_written_as_the_nginx_of_the_machine_wants_it(lab, nginx):
    """A newer one, as an upgrade of the distribution brings it: its version is all that boardgate-site asks."""
    lab.write("/root/newer/nginx", "#!/bin/sh\necho 'nginx version: nginx/1.26.3' >&2\n", mode="0755")
    for _ in range(2):
        lab.exec("env", "PATH=/root/newer:/usr/sbin:/usr/bin:/sbin:/bin", "/usr/lib/boardgate/boardgate-site", "prepare")
    lines = [line for line in lab.read(f"{CONFIGURATION}/nginx-listen.conf").decode().splitlines() if line and line[0] != "#"]
    assert lines == ["listen 443 ssl;", "listen [::]:443 ssl;", "http2 on;"]


def test_a_certificate_authority_reads_the_proof_over_http(lab, site):
    lab.write("/var/lib/boardgate-acme/.well-known/acme-challenge/token", "proof")
    plain = http.client.HTTPConnection(site[0].removeprefix("https://"), 80, timeout=10)
    plain.request("GET", "/.well-known/acme-challenge/token")
    assert plain.getresponse().read() == b"proof"

# SPDX-License-Identifier: MIT
"""Without a session, the share is that of the address's holder, who has 2^64 addresses of IPv6."""
import re
import secrets

MANY = 900  # more than the burst of boardgate_holder_login in nginx/boardgate.conf, fewer than one connection may ask
TOGETHER = 50


def statuses(client, addresses):
    """Of one login without a name from each address, one after the other on one connection."""
    seen, tls = [], client.connect(60)
    for at in range(0, len(addresses), TOGETHER):
        some = addresses[at:at + TOGETHER]
        tls.sendall(b"".join(client.head("POST", "/api/v1/login", {
            "Connection": "keep-alive", "Content-Type": "application/json", "X-Forwarded-For": address}, 2) + b"{}" for address in some))
        got = b""
        # Each answer is a problem, which names its status.
        while len(found := re.findall(rb'"status":(\d+)', got)) < len(some):
            part = tls.recv(65536)
            assert part, f"nginx ended the connection after {len(seen) + len(found)} answers"
            got += part
        seen += [int(status) for status in found]
    tls.close()
    return seen


def of_network(network):
    return [f"{network}:{secrets.token_hex(2)}:{secrets.token_hex(2)}:{secrets.token_hex(2)}:{secrets.token_hex(2)}" for _ in range(MANY)]


def test_all_addresses_of_a_network_of_ipv6_have_one_share(any_address, stranger):
    assert 429 in statuses(stranger, of_network("2001:db8:1:2"))
    assert statuses(stranger, of_network("2001:db8:1:3")[:1]) == [400], "the neighbours"


def test_each_address_of_ipv4_has_a_share_of_its_own(any_address, stranger):
    assert set(statuses(stranger, [f"198.51.{at // 250}.{at % 250 + 1}" for at in range(MANY)])) == {400}

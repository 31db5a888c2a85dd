"""Addresses that messages may not go to, however they are written or resolved."""

import ipaddress

import pytest

from ledger.outbox.addresses import AddressError, Rules, check_url, target_of

INSIDE = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.8",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:7f00:1::80ff:fffe",
    "2001:db8::1",
]
SPELLINGS = ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "[::1]", "0"]


def answering(*addresses: str) -> Rules:
    return Rules(resolve=lambda host, port: addresses)


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_inside_is_sent_to(address: str) -> None:
    with pytest.raises(AddressError):
        target_of("https://receiver.example/hook", answering(address))
    with pytest.raises(AddressError):
        target_of("https://receiver.example/hook", answering("93.184.215.14", address))


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_the_loopback_is_sent_to(spelling: str) -> None:
    """By the machine's own resolver, which knows the old spellings."""
    with pytest.raises(AddressError):
        target_of(f"https://{spelling}/hook", Rules())


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_what_was_judged_is_what_is_connected_to(address: str) -> None:
    asked = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return [address]

    target = target_of("https://receiver.example:8443/a/b?c=d", Rules(resolve=resolve))
    assert (target.address, target.host, target.port) == (address, "receiver.example", 8443)
    assert target.path == "/a/b?c=d"
    assert asked == [("receiver.example", 8443)], "the name is resolved once"


def test_plain_http_goes_to_a_demonstrations_own_loopback_only() -> None:
    url = "http://127.0.0.1:8080/hook"
    assert target_of(url, Rules(is_demo=True)).port == 8080
    with pytest.raises(AddressError):
        target_of(url, Rules())
    with pytest.raises(AddressError, match="only https"):
        target_of("http://receiver.example/", answering("93.184.215.14"))
    with pytest.raises(AddressError):
        target_of("http://10.0.0.1/", Rules(is_demo=True))


def test_a_network_can_be_allowed() -> None:

    rules = Rules(networks=(ipaddress.ip_network("10.20.0.0/16"),))
    assert target_of("https://10.20.3.4/", rules).address == "10.20.3.4"
    with pytest.raises(AddressError):
        target_of("https://10.21.3.4/", rules)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("ftp://receiver.example/", id="scheme"),
        pytest.param("file:///etc/passwd", id="file"),
        pytest.param("https:///hook", id="no-host"),
        pytest.param("https://user:hunter2@receiver.example/", id="password"),
        pytest.param("https://receiver.example/#part", id="fragment"),
        pytest.param("https://receiver.example/a b", id="space"),
        pytest.param("https://receiver.example:99999/", id="port"),
        pytest.param("https://碳.example/", id="not-ascii"),
        pytest.param("https://receiver.example/" + "a" * 500, id="long"),
        pytest.param("https://receiver.example/\r\nx: y", id="lines"),
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(AddressError) as error:
        check_url(url)
    assert "hunter2" not in str(error.value)

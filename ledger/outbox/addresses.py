"""Where messages may be sent: no address inside, whatever a name says (SSRF).

An address is judged as it was resolved, so names, decimal and octal spellings and mapped addresses
need no rules of their own; and the same address is then connected to, so a name that resolves
differently the second time gains nothing.
"""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Sequence[str]]

URL_MAX: Final = 500
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_SPECIAL: Final = ipaddress.IPv4Network("192.0.0.0/24")
"""IETF protocol assignments (RFC 6890), of which Python 3.11 knows a part as not global."""

_LOCAL_NAT64: Final = ipaddress.IPv6Network("64:ff9b:1::/48")


class AddressError(Exception):
    """Nothing is sent there; the text says why, and names no address behind a name."""


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a name, as the machine's resolver knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Where messages may go.

    Attributes:
        networks: Networks that are allowed although they are not of the public internet.
        is_demo: A demonstration may speak plain http to the machine's own loopback.
        resolve: Asks for the addresses of a name.
    """

    networks: tuple[Network, ...] = ()
    is_demo: bool = False
    resolve: Resolve = field(default=resolve)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to connect, and what to ask for there."""

    scheme: str
    host: str
    port: int
    path: str
    address: str


def target_of(url: str, rules: Rules) -> Target:
    """Resolve an address once and judge it.

    Raises:
        AddressError: nothing may be sent there, or the name is not known.
    """
    parts, port = _parts(url)
    host = parts.hostname or ""
    try:
        found = rules.resolve(host, port)
        addresses = [ipaddress.ip_address(one.partition("%")[0]) for one in found]
    except (OSError, ValueError, UnicodeError) as error:
        raise AddressError(f"{host} is not known to the resolver") from error
    if not addresses:
        raise AddressError(f"{host} has no address")
    # All of them: an answer of one good and one bad address is how a check is walked around.
    loopback = rules.is_demo and all(one.is_loopback for one in addresses)
    if not loopback and not all(_is_allowed(one, rules.networks) for one in addresses):
        raise AddressError(f"{host} is inside: only public addresses are sent to")
    if parts.scheme != "https" and not loopback:
        raise AddressError("only https is sent to")
    query = f"?{parts.query}" if parts.query else ""
    return Target(
        scheme=parts.scheme,
        host=host,
        port=port,
        path=(parts.path or "/") + query,
        address=str(addresses[0]),
    )


def check_url(url: str) -> None:
    """Check the form of a subscriber's address, before it is asked for.

    Raises:
        AddressError: it is no http(s) address, or holds a name and password.
    """
    _parts(url)


def _parts(url: str) -> tuple[SplitResult, int]:
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise AddressError("this is no address") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > URL_MAX:
        raise AddressError("an address is https://host/path")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressError("an address holds no user, password or fragment")
    if not url.isascii() or any(ord(one) <= 0x20 for one in url):
        raise AddressError("an address is ASCII without spaces")
    return parts, port


def _is_allowed(address: Address, networks: Sequence[Network]) -> bool:
    """Judge an address, and whatever IPv4 address it carries inside."""
    if any(address in network for network in networks if network.version == address.version):
        return True
    if address.is_multicast or not address.is_global or address in _SPECIAL:
        return False
    return all(_is_allowed(one, networks) for one in _inside(address))


def _inside(address: Address) -> list[ipaddress.IPv4Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return []
    carried = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64 or address in _LOCAL_NAT64:
        carried.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in carried if one is not None]

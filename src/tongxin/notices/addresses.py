"""To which addresses webhooks may go: https and public hosts, or what the operator has named.

A name is looked up when a message is sent, every address that it has is judged, and the connection goes to
one of those: a name that leads elsewhere a moment later changes nothing.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from django.conf import settings

NAT64 = IPv6Network("64:ff9b::/96")
PORTS = {"https": 443, "http": 80}
Address = IPv4Address | IPv6Address


class AddressRefused(Exception):
    """The address is written wrongly, or leads to where no message may go."""


@dataclass(frozen=True)
class Endpoint:
    """An address taken apart: where to connect, and what to ask for there."""

    scheme: str
    host: str
    port: int
    target: str


def read_endpoint(url: str) -> Endpoint:
    """Take an address apart; refuses what may not be sent to whatever its host turns out to be."""
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise AddressRefused(url)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused(url) from None
    if parts.scheme not in PORTS or not parts.hostname or parts.username is not None or parts.fragment:
        raise AddressRefused(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    endpoint = Endpoint(parts.scheme, parts.hostname, port or PORTS[parts.scheme], target)
    literal = _literal(endpoint.host)
    is_trusted = _is_named(endpoint) or (literal is not None and _in_named_network(literal))
    if not is_trusted and (endpoint.scheme != "https" or (literal is not None and not is_public(literal))):
        raise AddressRefused(url)
    return endpoint


def resolve(endpoint: Endpoint) -> list[str]:
    """Return the addresses of the host, OSError where it has none; refuses if one is not permitted."""
    found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not _is_named(endpoint):
        for text in addresses:
            address = ip_address(text)
            if not (is_public(address) or _in_named_network(address)):
                raise AddressRefused(endpoint.host)
    return addresses


def is_public(address: Address) -> bool:
    """Tell whether an address is of the open internet, also behind the forms in which IPv6 carries IPv4."""
    if isinstance(address, IPv6Address):
        if address.is_site_local or address.teredo or address.scope_id:
            return False
        carried = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            carried = IPv4Address(int(address) & 0xFFFFFFFF)
        if carried is not None:
            return is_public(carried)
    return address.is_global and not address.is_multicast


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_named(endpoint: Endpoint) -> bool:
    named = [entry for entry in settings.TONGXIN_WEBHOOK_HOSTS if isinstance(entry, tuple)]
    return any(endpoint.host == host and port in {None, endpoint.port} for host, port in named)


def _in_named_network(address: Address) -> bool:
    networks = [entry for entry in settings.TONGXIN_WEBHOOK_HOSTS if not isinstance(entry, tuple)]
    plain = address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
    return any(plain in network for network in networks)

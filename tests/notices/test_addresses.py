"""Where messages may go. The addresses are those of the IANA registries of special purpose addresses."""

from __future__ import annotations

import socket
from ipaddress import ip_address, ip_network

import pytest

from tongxin.notices.addresses import AddressRefused, Endpoint, is_public, read_endpoint, resolve


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.2.4.8", "2400:3200::1", "::ffff:8.8.8.8", "2002:808:808::1", "64:ff9b::808:808"],
)
def test_addresses_of_the_open_internet_are_public(address: str):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "0.1.2.3",
        "255.255.255.255",
        "224.0.0.1",
        "198.18.0.1",
        "240.0.0.1",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_addresses_inside_are_not_public_in_whatever_form(address: str):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "https://",
        "hooks.example.com/x",
        "https://user@hooks.example.com/",
        "https://user:word@hooks.example.com/",
        "https://hooks.example.com/#part",
        "https://hooks.example.com:port/",
        "https://hooks.example.com/a b",
        "https://hooks.example.com\\@inside/",
        "https://hooks.example.com/\r\nHost: inside",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/",
        "https://机器人.example/",
        "https://[/",
    ],
)
def test_what_is_no_public_https_address_is_refused_when_it_is_entered(url: str):
    with pytest.raises(AddressRefused):
        read_endpoint(url)


def test_an_address_is_taken_apart():
    assert read_endpoint("https://Oapi.example.com/robot/send?access_token=1") == Endpoint(
        "https", "oapi.example.com", 443, "/robot/send?access_token=1"
    )
    assert read_endpoint("https://hooks.example.com:8443") == Endpoint(
        "https", "hooks.example.com", 8443, "/"
    )


def test_what_the_operator_names_is_permitted_without_https(settings):
    settings.TONGXIN_WEBHOOK_HOSTS = [("chat.inside", 8080), ("::1", None), ip_network("10.1.0.0/16")]

    assert read_endpoint("http://chat.inside:8080/x").port == 8080
    assert read_endpoint("http://[::1]:9000/x").host == "::1"
    assert read_endpoint("http://10.1.2.3/x").host == "10.1.2.3"
    for url in ("http://chat.inside/x", "http://10.2.0.1/x", "http://other.inside:8080/x"):
        with pytest.raises(AddressRefused):
            read_endpoint(url)


def lead_to(monkeypatch, *addresses: str) -> None:
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: answers)


ENDPOINT = Endpoint("https", "hooks.example.com", 443, "/")


def test_a_name_that_leads_inside_is_refused_when_the_message_is_sent(monkeypatch, settings):
    lead_to(monkeypatch, "8.8.8.8")
    assert resolve(ENDPOINT) == ["8.8.8.8"]

    for inside in (["127.0.0.1"], ["8.8.8.8", "10.1.0.1"]):
        lead_to(monkeypatch, *inside)
        with pytest.raises(AddressRefused):
            resolve(ENDPOINT)

    settings.TONGXIN_WEBHOOK_HOSTS = [ip_network("10.1.0.0/16")]
    assert resolve(ENDPOINT) == ["8.8.8.8", "10.1.0.1"]
    settings.TONGXIN_WEBHOOK_HOSTS = [("hooks.example.com", None)]
    assert resolve(ENDPOINT) == ["8.8.8.8", "10.1.0.1"]

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from tongxin.config.environment import (
    env_address,
    env_bool,
    env_database,
    env_hosts,
    env_int,
    env_list,
    env_path,
    env_text,
)


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("YES", True), ("0", False), ("off", False), ("", True)]
)
def test_a_truth_is_read_in_its_usual_forms(monkeypatch, text, value):
    monkeypatch.setenv("SWITCH", text)

    assert env_bool("SWITCH", default=True) is value


def test_a_wrong_value_names_the_variable_and_what_was_found(monkeypatch):
    monkeypatch.setenv("SWITCH", "maybe")
    with pytest.raises(ImproperlyConfigured, match="SWITCH must be true or false, not 'maybe'"):
        env_bool("SWITCH", default=True)

    monkeypatch.setenv("COUNT", "-3")
    with pytest.raises(ImproperlyConfigured, match="COUNT must be a whole number"):
        env_int("COUNT", 1)

    monkeypatch.setenv("DATABASE", "mysql://host/name")
    with pytest.raises(ImproperlyConfigured, match="DATABASE must begin with"):
        env_database("DATABASE", Path("registry"))


def test_defaults_hold_where_nothing_is_set(monkeypatch):
    for name in ("TEXT", "COUNT", "LIST", "FOLDER", "DATABASE"):
        monkeypatch.delenv(name, raising=False)

    assert env_text("TEXT", "a") == "a"
    assert env_int("COUNT", 3) == 3
    assert env_list("LIST", ["a"]) == ["a"]
    assert env_path("FOLDER", Path("/data")) == Path("/data")
    assert env_database("DATABASE", Path("/data/registry"))["NAME"] == "/data/registry"


def test_a_list_is_split_at_commas(monkeypatch):
    monkeypatch.setenv("LIST", "one, two,,three ")

    assert env_list("LIST", []) == ["one", "two", "three"]


def test_a_postgresql_address_is_taken_apart(monkeypatch):
    monkeypatch.setenv("DATABASE", "postgresql://user:p%40ss@db.example:5433/tongxin")

    found = env_database("DATABASE", Path("registry"))

    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "user",
        "p@ss",
        "db.example",
        "5433",
        "tongxin",
    )


def test_hosts_are_read_with_their_ports_and_networks_as_such(monkeypatch):
    monkeypatch.setenv("HOSTS", "Chat.inside, chat.inside:8443,[::1]:9000, 10.1.0.0/16,fd00::/8")

    assert env_hosts("HOSTS") == [
        ("chat.inside", None),
        ("chat.inside", 8443),
        ("::1", 9000),
        ip_network("10.1.0.0/16"),
        ip_network("fd00::/8"),
    ]
    monkeypatch.delenv("HOSTS")
    assert env_hosts("HOSTS") == []


@pytest.mark.parametrize("text", ["10.1.0.1/16", "https://chat.inside", "chat.inside:x", "a@b", "chat/x"])
def test_what_is_neither_host_nor_network_stops_the_start(monkeypatch, text: str):
    monkeypatch.setenv("HOSTS", text)

    with pytest.raises(ImproperlyConfigured, match="HOSTS must list hosts"):
        env_hosts("HOSTS")


def test_the_address_of_the_pages_is_one_of_the_web(monkeypatch):
    monkeypatch.setenv("ADDRESS", "https://tongxin.example.cn/")
    assert env_address("ADDRESS") == "https://tongxin.example.cn"
    monkeypatch.setenv("ADDRESS", "")
    assert env_address("ADDRESS") == ""

    for wrong in ("tongxin.example.cn", "ftp://tongxin.example.cn", "https://", "https://x.cn/?a=1"):
        monkeypatch.setenv("ADDRESS", wrong)
        with pytest.raises(ImproperlyConfigured, match="ADDRESS must be an address such as"):
            env_address("ADDRESS")

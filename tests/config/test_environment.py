from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from tongxin.config.environment import env_bool, env_database, env_int, env_list, env_path, env_text


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

"""What the product installs may be given away with it, also by those who change it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FREE = re.compile(r"\b(MIT|MIT-0|BSD|Apache|PSF|ISC|0BSD)\b", re.IGNORECASE)
STRONG = re.compile(r"(?<!L)GPL|(?<!Lesser )General Public|Affero", re.IGNORECASE)
WEAK = re.compile(r"LGPL|Lesser General|MPL|Mozilla", re.IGNORECASE)
MAY_BE_WEAK = {
    "fido2": "MPL covers the list of public suffixes alone, which is used unchanged",
    "psycopg": "LGPL, loaded unchanged at run time, where PostgreSQL is chosen",
    "psycopg-binary": "LGPL, loaded unchanged at run time, where PostgreSQL is chosen",
}


def pinned_here() -> Iterator[str]:
    """Yield what the product installs on this system; some lines are for others."""
    text = (ROOT / "requirements/base.txt").read_text(encoding="utf-8")
    for name, rest in re.findall(r"^([a-z0-9][\w.-]*)(?:\[[^\]]*\])?==(.*)$", text, re.MULTILINE):
        if "win32" not in rest:
            yield name


def licence_of(package: Distribution) -> str:
    """Return what a package says of its licence, else the head of its licence file."""
    said = [
        *(package.metadata.get_all("License-Expression") or []),
        *(each for each in package.metadata.get_all("Classifier") or [] if each.startswith("License ::")),
        *(line[:80] for line in package.metadata.get_all("License") or []),
    ]
    if any(FREE.search(each) or WEAK.search(each) for each in said):
        return "; ".join(said)
    files = [path for path in package.files or [] if re.match(r"licen[cs]e", path.name, re.IGNORECASE)]
    return "; ".join([*said, *(path.read_text(encoding="utf-8")[:400] for path in files)])


@pytest.mark.parametrize("name", sorted(set(pinned_here())))
def test_a_package_that_the_product_runs_on_is_free_to_pass_on(name):
    licence = licence_of(distribution(name))

    assert not STRONG.search(licence), licence
    if WEAK.search(licence):
        assert name in MAY_BE_WEAK, licence
    else:
        assert FREE.search(licence), licence


def test_every_exception_is_still_one():
    weak = {name for name in MAY_BE_WEAK if WEAK.search(licence_of(distribution(name)))}

    assert weak == set(MAY_BE_WEAK)


def test_the_packages_of_the_front_end_are_free_to_pass_on():
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    shipped = {
        name: each.get("license", "")
        for name, each in lock["packages"].items()
        if name and not each.get("dev")
    }

    assert shipped
    assert {name: licence for name, licence in shipped.items() if not FREE.search(licence)} == {}

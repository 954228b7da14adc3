"""The data files are those that their README describes."""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files

DATA = files("tongxin.codes").joinpath("data")


def test_every_file_has_the_hash_that_the_readme_gives():
    readme = DATA.joinpath("README.md").read_text(encoding="utf-8")
    stated = dict(re.findall(r"^\| `([a-z_]+\.(?:csv|yaml))` \|.*`([0-9a-f]{64})` \|$", readme, re.MULTILINE))

    actual = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in DATA.iterdir()
        if file.name != "README.md"
    }

    assert stated == actual

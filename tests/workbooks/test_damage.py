"""Damaged files never bring the reader down: they are read, or refused with a reason."""

from __future__ import annotations

import contextlib
import io
import random
import zipfile

import pytest
from tests.workbooks.builders import good_rows, read, save_xls, save_xlsx, table_of

from tongxin.workbooks.refusals import WorkbookRefused


def spoil(content, chance):
    damaged = bytearray(content)
    for _ in range(chance.choice((1, 4, 40))):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    return bytes(damaged[: chance.choice((len(damaged), len(damaged), chance.randrange(1, len(damaged))))])


def spoil_part(content, chance):
    """Damage the XML inside a whole zip."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        victim = chance.choice(old.namelist())
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, spoil(part, chance) if name == victim else part)
    return target.getvalue()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("save", "damage"), [(save_xlsx, spoil), (save_xlsx, spoil_part), (save_xls, spoil)])
def test_damage_is_survived(tmp_path, save, damage, seed):
    chance = random.Random(seed)  # noqa: S311
    content = save(tmp_path / "whole", table_of(good_rows(5))).read_bytes()

    for _ in range(25):
        (tmp_path / "damaged").write_bytes(damage(content, chance))
        with contextlib.suppress(WorkbookRefused):
            assert read(tmp_path / "damaged").frame.height > 0

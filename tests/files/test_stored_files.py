from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from tongxin.files.actions import erase_expired_files, read_file, store_file

pytestmark = pytest.mark.django_db


def _bytes_on_disk() -> bytes:
    return b"".join(path.read_bytes() for path in (Path(settings.TONGXIN_HOME) / "files").iterdir())


def test_a_file_is_kept_encrypted_with_its_hash():
    stored = store_file("花名册.xlsx", b"secret rows", actor=None)

    assert read_file(stored) == b"secret rows"
    assert b"secret rows" not in _bytes_on_disk()
    # printf 'secret rows' | sha256sum
    assert stored.sha256 == "b4cfc0753e98c77a975a91f258c430e474af14e9a1853a47bc213aa3b4147269"


def test_a_name_with_folders_keeps_its_last_part_only():
    assert store_file("../../etc/passwd", b"x", actor=None).name == "passwd"
    assert store_file("C:\\data\\roster.xlsx", b"x", actor=None).name == "roster.xlsx"


def test_an_expired_file_is_erased_and_its_row_stays():
    stored = store_file("a.csv", b"x", actor=None)
    kept = store_file("b.csv", b"y", actor=None)
    stored.expires_on = timezone.localdate() - timedelta(days=1)
    stored.save()

    assert erase_expired_files() == 1
    assert erase_expired_files() == 0

    stored.refresh_from_db()
    assert stored.is_erased
    with pytest.raises(FileNotFoundError):
        read_file(stored)
    assert read_file(kept) == b"y"

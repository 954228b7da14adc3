"""Keeping files that were sent or made: encrypted, with their hash, until they expire."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tongxin.accounts.models import User
from tongxin.files.models import StoredFile
from tongxin.files.vault import decrypt, encrypt

_LONGEST, _LONGEST_ENDING = 255, 12
# Control characters break headers and PostgreSQL; signs that turn the direction of writing hide an ending.
_UNNAMEABLE = re.compile("[\\x00-\\x1f\\x7f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]")


def _folder() -> Path:
    folder = Path(settings.TONGXIN_HOME) / "files"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def store_file(name: str, body: bytes, *, actor: User | None, is_kept: bool = False) -> StoredFile:
    """Encrypt and keep a file, for good or until it expires; its row comes when the bytes are on disk."""
    expires_on = timezone.localdate() + timedelta(days=settings.TONGXIN_UPLOAD_DAYS)
    path = secrets.token_hex(16)
    draft = _folder() / f"{path}.draft"
    draft.write_bytes(encrypt(body, context=path))
    draft.rename(_folder() / path)
    return StoredFile.objects.create(
        name=clean_name(name),
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        path=path,
        stored_by=actor,
        expires_on=None if is_kept else expires_on,
    )


def clean_name(name: str) -> str:
    """Return the name of a file without folders and signs that no name should have, short.

    >>> clean_name("sent/by/list.xlsx"), len(clean_name("x" * 300 + ".pdf"))
    ('list.xlsx', 255)
    """
    bare = _UNNAMEABLE.sub("", Path(name.replace("\\", "/")).name)
    ending = Path(bare).suffix[:_LONGEST_ENDING]
    return bare if len(bare) <= _LONGEST else bare[: _LONGEST - len(ending)] + ending


def read_file(file: StoredFile) -> bytes:
    """Return the bytes as they were stored; raises FileNotFoundError when the file has expired."""
    return decrypt((_folder() / file.path).read_bytes(), context=file.path)


def keep_file(file: StoredFile) -> None:
    """Keep a file for good that was to expire."""
    StoredFile.objects.filter(pk=file.pk).update(expires_on=None)


def discard_file(file: StoredFile) -> None:
    """Remove a file that came to nothing, its row too; the bytes go when the transaction is stored."""
    path = _folder() / file.path
    file.delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def erase_expired_files() -> int:
    """Erase the bytes of files past their day; their rows stay as a record."""
    expired = StoredFile.objects.filter(expires_on__lt=timezone.localdate(), is_erased=False)
    erased = 0
    for file in expired:
        (_folder() / file.path).unlink(missing_ok=True)
        StoredFile.objects.filter(pk=file.pk).update(is_erased=True)
        erased += 1
    return erased

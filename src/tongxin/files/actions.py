"""Keeping files that were sent or made: encrypted, with their hash, until they expire."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from tongxin.accounts.models import User
from tongxin.files.models import StoredFile
from tongxin.files.vault import decrypt, encrypt


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
        name=Path(name.replace("\\", "/")).name[:255],
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        path=path,
        stored_by=actor,
        expires_on=None if is_kept else expires_on,
    )


def read_file(file: StoredFile) -> bytes:
    """Return the bytes as they were stored; raises FileNotFoundError when the file has expired."""
    return decrypt((_folder() / file.path).read_bytes(), context=file.path)


def erase_expired_files() -> int:
    """Erase the bytes of files past their day; their rows stay as a record."""
    expired = StoredFile.objects.filter(expires_on__lt=timezone.localdate(), is_erased=False)
    erased = 0
    for file in expired:
        (_folder() / file.path).unlink(missing_ok=True)
        StoredFile.objects.filter(pk=file.pk).update(is_erased=True)
        erased += 1
    return erased

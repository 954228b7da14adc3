"""Encryption at rest, and the keyed index by which an encrypted value is found again.

AES-256-GCM with a fresh nonce for every value; the context (which column, which file) is authenticated, so
that a value moved to another place does not decrypt. The blind index is HMAC-SHA256 under its own key.
`docs/keys.md` says where the keys live and how they are changed.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12
VERSION = b"\x01"


class CannotDecrypt(Exception):
    """The value was not written with this home's key, or was changed since."""


@lru_cache(maxsize=1)
def _cipher(key: str) -> AESGCM:
    return AESGCM(bytes.fromhex(key))


def encrypt(value: bytes, *, context: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    sealed = _cipher(settings.TONGXIN_FIELD_KEY).encrypt(nonce, value, context.encode())
    return VERSION + nonce + sealed


def decrypt(sealed: bytes, *, context: str) -> bytes:
    body = bytes(sealed)
    try:
        return _cipher(settings.TONGXIN_FIELD_KEY).decrypt(
            body[1 : NONCE_BYTES + 1], body[NONCE_BYTES + 1 :], context.encode()
        )
    except InvalidTag:
        raise CannotDecrypt(f"A value of {context} does not open with this home's key.") from None


def blind_index(value: str, *, context: str) -> bytes:
    """Return 16 bytes by which equal values are found: enough for 10^9 values without a likely collision."""
    key = bytes.fromhex(settings.TONGXIN_INDEX_KEY)
    return hmac.digest(key, f"{context}:{value}".encode(), hashlib.sha256)[:16]

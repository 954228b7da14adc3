from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from tests.clients import client_of

from tongxin.accounts.models import User


def open_page(user: User, path: str, **values: object) -> Any:
    return client_of(user).get(f"{path}?{urlencode(values, doseq=True)}")

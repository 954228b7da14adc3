from __future__ import annotations

from tests.languages import english

__all__ = ["english"]

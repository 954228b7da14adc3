"""Why a file was refused, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from tongxin.containers.refusals import FileRefused, Refusal, readable


def say_refused(refused: FileRefused) -> str:
    """Return what was found in a file that was refused, and what to do."""
    return say_refusal(refused.refusals[refused.code], refused.params)


def say_refusal(kind: Refusal, params: Mapping[str, Any]) -> str:
    values = readable({name: _said(name, value) for name, value in params.items()})
    return join_sentences(gettext(kind.message) % values, gettext(kind.remedy) % values)


def _said(name: str, value: Any) -> Any:
    """Return what a file was taken for, or how it is damaged: marked texts too."""
    return gettext(value) if name in {"found", "detail"} and isinstance(value, str) and value else value


def join_sentences(message: str, remedy: str) -> str:
    """Put two sentences together; Chinese ones stand without a space."""
    return f"{message} {remedy}" if message[-1:].isascii() else f"{message}{remedy}"

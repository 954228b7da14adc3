"""What supervision says: defaults from a dated file, a plan's own words, placeholders for facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongxin.codes.loaders import LOADER
from tongxin.ui import formats
from tongxin.ui.scripts import spoken

PLACEHOLDERS = ("task", "unit", "due", "days", "plan", "decider")
"""What a message may name: nothing of a person."""
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@lru_cache(maxsize=1)
def load_texts() -> dict[str, Any]:
    text = files("tongxin.supervision").joinpath("data/texts.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=LOADER)  # noqa: S506  # a safe loader
    return found


def default_text(kind: str) -> str:
    """Return the Chinese words of a kind of message, which a plan may replace by its own."""
    found: str = load_texts()["kinds"][kind]["text"]["zh"]
    return found


def check_text(text: str) -> None:
    """Refuse a text with a placeholder that stands for nothing, naming those that there are."""
    unknown = sorted(set(_PLACEHOLDER.findall(text)) - set(PLACEHOLDERS))
    known = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    if unknown:
        message = ngettext(
            "%(unknown)s stands for nothing. Known are: %(known)s.",
            "%(unknown)s stand for nothing. Known are: %(known)s.",
            len(unknown),
        )
        wrong = " ".join(f"{{{name}}}" for name in unknown)
        raise ValidationError(message % {"unknown": wrong, "known": known})
    if set("{}") & set(_PLACEHOLDER.sub("", text)):
        message = _("A bracket { or } stands alone. Placeholders are written like this: %(known)s.")
        raise ValidationError(message % {"known": known})


def fill(text: str, values: Mapping[str, object]) -> str:
    """Put facts into a text; what stands for nothing stays as it is written.

    >>> fill("{unit}: {task}", {"unit": "A", "task": "{unit}"})
    'A: {unit}'
    """
    return _PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), text)


def say(entry: Mapping[str, str], values: Mapping[str, object]) -> str:
    """Fill a text of the file in the language that is spoken now."""
    return fill(spoken(entry["zh"], entry["en"]), values)


def message_of(kind: str, own: Mapping[str, str], values: Mapping[str, object]) -> tuple[str, str]:
    """Return the title and the text of a message; a plan's own words are Chinese and go before the file's."""
    entry = load_texts()["kinds"][kind]
    text = own.get(kind, "") if formats.speaks_chinese() else ""
    return say(entry["title"], values), fill(spoken(text), values) if text else say(entry["text"], values)


def day_words(day: date | None) -> str:
    """Write a day in a message, where it may stand for one that was not set."""
    return formats.day(day) if day else _("no day set")


def joined(texts: Iterable[str]) -> str:
    return "\n".join(texts)

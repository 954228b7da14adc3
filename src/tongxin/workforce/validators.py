"""A code on a row must be one of its list; the lists themselves are data."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext as _

from tongxin.codes.lists import get_list
from tongxin.codes.occupations import load_occupations


@deconstructible
class CodeOf:
    """Refuses a code that the named list lacks."""

    def __init__(self, list_name: str) -> None:
        self.list_name = list_name

    def __call__(self, code: str) -> None:
        if code not in get_list(self.list_name):
            raise ValidationError(
                _("“%(code)s” is not one of the list's codes."), code="unknown_code", params={"code": code}
            )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CodeOf) and other.list_name == self.list_name

    def __hash__(self) -> int:
        return hash(self.list_name)


def check_occupation(code: str) -> None:
    """Refuse what is not an occupation (the fourth level) of the national classification."""
    occupation = load_occupations().get(code)
    if occupation is None or occupation.level != 4:
        raise ValidationError(
            _("“%(code)s” is not an occupation of the national classification of 2022."),
            code="unknown_occupation",
            params={"code": code},
        )

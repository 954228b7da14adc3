"""Publishing definitions, and taking in the figures that units report."""

from __future__ import annotations

from importlib.resources import files

from django.db import transaction

from tongxin.figures.models import DefinitionVersion
from tongxin.figures.queries import data_items, documents_of, parse_definitions

CATALOGUE = ("guidance", "contribution", "competence", "standing", "ranks")


def starter_catalogue() -> str:
    """Return the definitions that the product ships, the five dimensions in their order."""
    folder = files("tongxin.figures") / "catalogue"
    return "\n---\n".join((folder / f"{name}.yaml").read_text(encoding="utf-8").strip() for name in CATALOGUE)


@transaction.atomic
def publish_definitions(text: str) -> list[DefinitionVersion]:
    """Publish the versions of a text that are new; refuses one that is published with other words.

    Raises DefinitionError with every problem of the text, ValueError where a published version would change.
    """
    definitions = parse_definitions(text, data_items())
    published = {(each.code, each.valid_from): each for each in DefinitionVersion.objects.all()}
    fresh = []
    for position, (definition, body) in enumerate(zip(definitions, documents_of(text), strict=True)):
        known = published.get((definition.code, definition.valid_from))
        if known is None:
            fresh.append(
                DefinitionVersion(
                    code=definition.code,
                    valid_from=definition.valid_from,
                    body=body,
                    sha256=definition.sha256,
                    position=len(published) + position,
                )
            )
        elif known.sha256 != definition.sha256:
            raise ValueError(
                f"{definition.version} is published and cannot change; give a new version its own valid_from."
            )
    return DefinitionVersion.objects.bulk_create(fresh)

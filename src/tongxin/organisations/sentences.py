"""What a merger or a split was, in words and seen from one unit, with links to the others."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tongxin.organisations.models import Organisation, OrganisationEvent

Kind = OrganisationEvent.Kind


def sentence_of(
    event: OrganisationEvent, unit: Organisation, named: dict[str, Organisation], seen: set[str]
) -> SafeString | str:
    """Say what the event was for the unit; only units whose code is in `seen` are links."""
    before, after = _codes(event, "before"), _codes(event, "after")
    if event.kind == Kind.MERGED:
        text, codes = _merger(event, unit.code, before, after)
    elif event.kind == Kind.SPLIT and before and after:
        text, codes = _split(event, unit.code, before, after)
    else:
        return ""
    links = format_html_join(
        _(", "), "{}", ((_link(code, named.get(code), is_seen=code in seen),) for code in codes)
    )
    lead, _units, rest = text.partition("%(units)s")
    return format_html("{}{}{}", lead, links, rest) if codes else ""


def _codes(event: OrganisationEvent, side: str) -> list[str]:
    return list(getattr(event, side).get("codes", []))


def _merger(
    event: OrganisationEvent, code: str, before: list[str], after: list[str]
) -> tuple[str, list[str]]:
    if successor := event.after.get("successor"):
        before, after = [event.organisation.code], [successor]
    if code not in after:
        return _("Merged into %(units)s."), after
    return _("%(units)s merged into this unit."), [each for each in before if each != code]


def _split(event: OrganisationEvent, code: str, before: list[str], after: list[str]) -> tuple[str, list[str]]:
    main = event.organisation.code
    origins = [main] if main in before else [each for each in before if each not in after] or before
    parts = [each for each in after if each not in origins]
    if code not in origins:
        text = _("Took over a part of %(units)s.") if code in before else _("Split from %(units)s.")
        return text, origins
    return (_("A part went to %(units)s.") if code in after else _("Split into %(units)s.")), parts


def _link(code: str, unit: Organisation | None, *, is_seen: bool) -> SafeString | str:
    if unit is None:
        return code
    if not is_seen:
        return f"{unit.name} {code}"
    return format_html('<a href="{}">{}</a> {}', reverse("organisation", args=[code]), unit.name, code)

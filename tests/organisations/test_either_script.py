from __future__ import annotations

from pathlib import Path

import yaml
from django.test import Client
from django.urls import reverse

NAMES = yaml.safe_load(Path(__file__).with_name("names.yaml").read_text(encoding="utf-8"))


def test_a_name_typed_in_traditional_characters_finds_the_unit_and_is_shown_so(cast):
    client = Client(headers={"accept-language": "zh-hant"})
    client.force_login(cast.office_of_province)

    page = client.get(reverse("organisations"), {"at": "330100", "q": NAMES["typed"]}).content.decode()

    assert NAMES["shown"] in page
    assert reverse("organisation", args=["330109"]) in page
    assert reverse("organisation", args=["330110"]) not in page

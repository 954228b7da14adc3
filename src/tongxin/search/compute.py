from __future__ import annotations

from django.db import transaction

from tongxin.search.index import index
from tongxin.search.models import SearchEntry
from tongxin.search.normal_texts import normalise

BATCH = 500


@transaction.atomic
def reindex() -> int:
    """Make the index anew out of the entries, also where characters are now compared in another way.

    Returns how many entries there are. Readers see the old index until it is done.
    """
    entries = SearchEntry.objects.select_for_update().order_by("pk")
    index().clear_index()
    n_entries = 0
    for entry in entries.iterator(chunk_size=BATCH):
        normal = normalise(entry.title), normalise(entry.text)
        if normal != (entry.normal_title, entry.normal_text):
            entry.normal_title, entry.normal_text = normal
            entry.save(update_fields=["normal_title", "normal_text"])
        index().add_to_index(entry)
        n_entries += 1
    index().optimise_index()
    return n_entries

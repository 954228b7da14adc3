"""The peer of the import race: django-import-export with `use_bulk` and one flat table."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongxin.config.settings")

import django

django.setup()

import tablib
from django.db import connection, models
from import_export import resources

from benchmarks.rosters import CREDIT_CODE
from tongxin.workbooks.checks import check_roster
from tongxin.workbooks.layouts import load_layout
from tongxin.workbooks.readers import read_sheet

LAYOUT = load_layout("roster")


class FlatWorker(models.Model):
    """A row of the roster as it came: twenty columns of text."""

    class Meta:
        app_label = "workforce"
        db_table = "flat_worker"

    def __str__(self) -> str:
        return str(self.pk)


for key in LAYOUT.keys:
    is_key = key in {"document_number", "started_on"}
    FlatWorker.add_to_class(key, models.CharField(max_length=200, blank=True, db_index=is_key))


class FlatResource(resources.ModelResource):
    """Twenty columns; a known person and entry date is updated, an equal row skipped."""

    class Meta:
        model = FlatWorker
        use_bulk = True
        batch_size = 2_000
        skip_unchanged = True
        skip_diff = True
        report_skipped = False
        use_transactions = True
        import_id_fields = ["document_number", "started_on"]
        fields = LAYOUT.keys

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file
        self.rejected: set[int] = set()

    def before_import(self, dataset: tablib.Dataset, **_: Any) -> None:
        """Check all rows at once with the checks of the other racer."""
        from datetime import date

        sheet = read_sheet(self.file, LAYOUT)
        check = check_roster(sheet, credit_code=CREDIT_CODE, today=date.today(), layout=LAYOUT)  # noqa: DTZ011
        self.rejected = set(check.errors["row"].to_list())
        dataset.headers = list(LAYOUT.keys)

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        if self.row_number in self.rejected:
            return True
        return super().skip_row(instance, original, row, import_validation_errors)

    def before_import_row(self, row: Any, row_number: int = 0, **_: Any) -> None:
        # Its rows count from 1 below the header, those of a spreadsheet from 2.
        self.row_number = row_number + 1


def main(path: str) -> None:
    file = Path(path)
    with connection.schema_editor() as editor:
        editor.create_model(FlatWorker)
    dataset = tablib.Dataset().load(file.read_bytes(), format="xlsx", read_only=True)
    resource = FlatResource(file)
    result = resource.import_data(dataset, raise_errors=True, use_transactions=True)
    print(json.dumps({"rows": len(dataset), "added": FlatWorker.objects.count(), **result.totals}))


if __name__ == "__main__":
    main(sys.argv[1])

"""What finds a text by its grams, beside the entries; each database has its own."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# Every character beyond ASCII is a part of a gram, also those that SQLite's table of Unicode does not know yet.
SQLITE = ["CREATE VIRTUAL TABLE search_index USING fts5 (title, text, content='', tokenize='ascii')"]
SQLITE_BACK = ["DROP TABLE search_index"]
POSTGRESQL = [
    "ALTER TABLE search_searchentry ADD COLUMN grams tsvector",
    "CREATE INDEX search_entry_grams ON search_searchentry USING gin (grams)",
    "CREATE INDEX search_entry_without_grams ON search_searchentry (id) WHERE grams IS NULL",
]
POSTGRESQL_BACK = ["ALTER TABLE search_searchentry DROP COLUMN grams"]


def add_index(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def drop_index(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in SQLITE_BACK if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunPython(add_index, drop_index)]

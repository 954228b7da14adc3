"""A published version of a definition never changes."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

MESSAGE = "A published definition never changes; publish a new version."
SQLITE = f"""CREATE TRIGGER definition_no_update BEFORE UPDATE ON figures_definitionversion
    BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"""
POSTGRESQL = (
    f"""CREATE FUNCTION definition_refuse() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'check_violation'; END $$""",
    """CREATE TRIGGER definition_no_update BEFORE UPDATE ON figures_definitionversion
       FOR EACH ROW EXECUTE FUNCTION definition_refuse()""",
)


def add_trigger(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in [SQLITE] if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("figures", "0001_initial")]
    operations = [migrations.RunPython(add_trigger, migrations.RunPython.noop)]

"""Appointments keep their number, and whether their day was sent or chosen by an import."""

from __future__ import annotations

from importlib import import_module

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

across_rows = import_module("tongxin.workforce.migrations.0002_across_rows")
NAMING = ("appointment_without_certificate", "certificate_carries_appointment")
"""The triggers whose words name the table of appointments."""


def drop_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # SQLite makes the table anew to add a column, which a trigger that names it does not survive.
    if schema_editor.connection.vendor != "sqlite":
        return
    for rule in across_rows.RULES:
        for verb in rule.verbs if rule.name in NAMING else ():
            schema_editor.execute(f"DROP TRIGGER {rule.name}_{verb.lower()}")


def add_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor != "sqlite":
        return
    for rule in across_rows.RULES:
        if rule.name in NAMING:
            across_rows.add_to_sqlite(rule, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("organisations", "0001_initial"), ("workforce", "0002_across_rows")]

    operations = [
        migrations.RunPython(drop_triggers, migrations.RunPython.noop),
        migrations.AddField(
            model_name="appointment",
            name="is_day_assumed",
            field=models.BooleanField(db_default=False, default=False, verbose_name="day not stated"),
        ),
        migrations.AddField(
            model_name="appointment",
            name="number",
            field=models.CharField(
                blank=True, db_default="", max_length=40, verbose_name="certificate number"
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("number", ""), _negated=True), ("lapses_on", None)),
                fields=("organisation", "grade", "number"),
                name="appointment_number_once",
            ),
        ),
        migrations.RunPython(add_triggers, migrations.RunPython.noop),
    ]

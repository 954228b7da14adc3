"""Triggers that log which rows of the registry changed, whatever changed them.

A later migration that makes one of these tables anew on SQLite drops its triggers: it calls `add_to_sqlite`
at its end.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

ID = ("id",)
TABLES = {
    "workforce_worker": ID,
    "workforce_employment": ID,
    "workforce_employmentstate": ("employment_id", "valid_from"),
    "workforce_certificate": ID,
    "workforce_appointment": ID,
    "workforce_membership": ID,
    "workforce_training": ID,
    "workforce_competition": ID,
    "workforce_innovation": ID,
    "workforce_honour": ID,
    "workforce_mentorship": ID,
    "workforce_agreement": ID,
    "workforce_workerscongress": ID,
    "workforce_insurancecover": ID,
    "workforce_activity": ID,
    "organisations_organisation": ID,
    "organisations_organisationevent": ID,
    "organisations_namespell": ("organisation_id", "valid_from"),
    "organisations_particulars": ("organisation_id", "valid_from"),
    "organisations_unioncover": ("enterprise_id", "union_id", "valid_from"),
}
"""The columns by which the lake knows a row of each table again."""
NUMBERS = {table: number for number, table in enumerate(TABLES, start=1)}


def name_tables(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    logged = apps.get_model("lake", "LoggedTable")
    logged.objects.bulk_create(
        logged(pk=NUMBERS[table], name=table, key=",".join(key)) for table, key in TABLES.items()
    )


def add_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for table in TABLES:
        (add_to_sqlite if is_sqlite else add_to_postgresql)(table, schema_editor)
    if not is_sqlite:
        add_emptying(schema_editor)


def add_to_sqlite(table: str, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Log the rows of one table; new rows at its end are found by their number, which costs less."""
    number = NUMBERS[table]
    highest = f"(SELECT highest FROM lake_loggedtable WHERE id = {number})"  # own words
    for name, verb, row, condition in (
        ("insert", "INSERT", "NEW", f"NEW.id <= {highest}"),
        ("update", "UPDATE", "OLD", f"{highest} IS NOT NULL"),
        ("renumber", "UPDATE OF id", "NEW", f"NEW.id <> OLD.id AND {highest} IS NOT NULL"),
        ("delete", "DELETE", "OLD", f"{highest} IS NOT NULL"),
    ):
        key = ", ".join(f"{row}.{column}" for column in TABLES[table])
        schema_editor.execute(
            f"CREATE TRIGGER lake_{table}_{name} AFTER {verb} ON {table} WHEN {condition} "
            f"BEGIN INSERT INTO lake_loggedchange (table_id, row, key) "
            f"VALUES ({number}, {row}.id, json_array({key})); END"
        )


def add_to_postgresql(table: str, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Log the rows of one table, new ones too: its writers do not commit in the order of their numbers."""
    key = ", ".join(TABLES[table])
    old, new = (
        f"SELECT {NUMBERS[table]}, id, json_build_array({key})::text FROM {rows}"
        for rows in ("old_rows", "new_rows")
    )
    into = 'INSERT INTO lake_loggedchange (table_id, "row", key)'
    schema_editor.execute(
        f"CREATE FUNCTION lake_log_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'INSERT' THEN {into} {new}; "
        f"ELSIF TG_OP = 'DELETE' THEN {into} {old}; "
        f"ELSE {into} {old} UNION {new}; END IF; RETURN NULL; END $$"
    )
    for verb, rows in (
        ("INSERT", "NEW TABLE AS new_rows"),
        ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
        ("DELETE", "OLD TABLE AS old_rows"),
    ):
        schema_editor.execute(
            f"CREATE TRIGGER lake_{table}_{verb.lower()} AFTER {verb} ON {table} REFERENCING {rows} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION lake_log_{table}()"
        )


def add_emptying(schema_editor: BaseDatabaseSchemaEditor) -> None:
    # TRUNCATE names no rows: the registry then has no lineage, and the next extract reads everything.
    schema_editor.execute(
        "CREATE FUNCTION lake_emptied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "UPDATE lake_lineage SET mark = '', pending = ''; RETURN NULL; END $$"
    )
    for table in TABLES:
        schema_editor.execute(
            f"CREATE TRIGGER lake_{table}_emptied AFTER TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION lake_emptied()"
        )


class Migration(migrations.Migration):
    dependencies = [
        ("lake", "0001_change_log"),
        ("organisations", "0001_initial"),
        ("workforce", "0004_duplicates_and_merges"),
    ]
    operations = [
        migrations.RunPython(name_tables, migrations.RunPython.noop),
        migrations.RunPython(add_triggers, migrations.RunPython.noop),
    ]

from __future__ import annotations

from django.db import models


class LoggedTable(models.Model):
    """A table of the registry that triggers watch, so that an extract reads its changed rows alone.

    Rows above `highest` are found by their number where the database has one writer; a change of any other
    is logged. It is empty until the first extract: before that there is nothing to compare with.
    """

    name = models.CharField(max_length=63, unique=True)
    key = models.CharField(max_length=200)
    """The columns by which the lake knows a row again, as the triggers write them."""
    highest = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return self.name


class LoggedChange(models.Model):
    """A row that was written, changed or deleted since the last extract, with the key that it had."""

    # Triggers write here on every change: no index and no check that they would have to keep.
    table = models.ForeignKey(LoggedTable, models.DO_NOTHING, db_index=False, db_constraint=False)
    row = models.BigIntegerField()
    key = models.TextField()

    def __str__(self) -> str:
        return f"{self.table_id} {self.row}"


class Lineage(models.Model):
    """Which cut this registry was last extracted into: its mark stands in the cut's manifest too.

    The mark of an extract under way is `pending`. A registry that was restored from an older backup has
    neither mark of the present cut.
    """

    mark = models.CharField(max_length=32, blank=True)
    pending = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="lineage_is_one_row")]

    def __str__(self) -> str:
        return self.mark

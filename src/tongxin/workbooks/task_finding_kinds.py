"""What can be wrong with a row of a workbook of tasks, beside what can be wrong with any cell."""

from __future__ import annotations

from collections.abc import Mapping

from tongxin.containers.marking import gettext_noop as _
from tongxin.workbooks.finding_kinds import ERROR, WARNING, Finding

_ALL = (
    Finding(
        "measure_unknown",
        ERROR,
        _("The plan has no measure “%(found)s”."),
        _("Write one that it has, perhaps “%(nearest)s”, or add the measure to the plan first."),
    ),
    Finding(
        "indicator_unknown",
        ERROR,
        _("There is no indicator “%(found)s”."),
        _("Write the code or the name of one, perhaps %(nearest)s."),
    ),
    Finding(
        "targets_unreadable",
        ERROR,
        _("“%(part)s” is not a target of a period."),
        _("Write period, value and, in brackets, baseline, such as 2026Q1: 120 (100); 2026Q2: 150."),
    ),
    Finding(
        "target_period_unknown",
        ERROR,
        _("“%(part)s” is not a period of this indicator."),
        _("Write it as %(nearest)s."),
    ),
    Finding(
        "number_unreadable",
        ERROR,
        _("“%(found)s” is not a number above 0 with at most two decimals."),
        _("Write digits only; what is counted stands in a column of its own."),
    ),
    Finding(
        "due_before_start",
        ERROR,
        _("The task is due on %(found)s, before it starts (%(starts_on)s)."),
        _("Correct one of the two dates."),
    ),
    Finding(
        "goal_and_indicator",
        ERROR,
        _("The task has a number to be reached and an indicator too."),
        _("Keep one of the two."),
    ),
    Finding(
        "task_unknown",
        ERROR,
        _("This plan has no task with the number “%(found)s”."),
        _("Leave the number and the version blank to add a task; send tasks of another plan there."),
    ),
    Finding(
        "task_in_two_rows",
        ERROR,
        _("The same task stands in several rows: %(rows)s."),
        _("Keep one of these rows."),
    ),
    Finding(
        "task_there_already",
        ERROR,
        _("The measure has this task already, with the number %(number)s."),
        _("Write its number and version to change it, or give the new task another title."),
    ),
    Finding(
        "changed_since",
        ERROR,
        _("Somebody else changed this task after the workbook was made (%(changed_at)s)."),
        _("Nothing of theirs was overwritten; take a new workbook and make your change there."),
    ),
    Finding(
        "version_missing",
        ERROR,
        _("The version is blank, so nobody can tell whether the task was changed since."),
        _("Take a new workbook and make your change there."),
    ),
    Finding(
        "task_ended",
        ERROR,
        _("The task is %(state)s; it is not changed any more."),
        _("Leave the row as it was."),
    ),
    Finding(
        "task_is_share",
        ERROR,
        _("This is a share that was handed down; a workbook does not change it."),
        _("Change it on its own page."),
    ),
    Finding("not_taken", ERROR, _("The row was not taken: %(reason)s"), _("Correct it and send it again.")),
    Finding(
        "body_unknown",
        WARNING,
        _("No unit here is called “%(part)s”; the name is kept as it is written."),
        _("If a unit is meant, write its full name, perhaps “%(nearest)s”, so that it sees the task."),
    ),
    Finding(
        "not_read",
        WARNING,
        _("“%(found)s” was not read: this column is there to be looked at."),
        _("Change it on the page of the task."),
    ),
)

TASK_FINDINGS: Mapping[str, Finding] = {finding.code: finding for finding in _ALL}

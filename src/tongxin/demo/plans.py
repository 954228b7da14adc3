"""The plan of the demo, made as users make one: a text read in, its proposals decided on, work reported."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any

from django.db import transaction

from tongxin.accounts.models import User
from tongxin.demo.vocabulary import read_words
from tongxin.organisations.models import Organisation, Programme
from tongxin.plans.document_actions import publish_document, receive_document
from tongxin.plans.evidence_actions import attach_file
from tongxin.plans.handing_actions import Share, hand_down
from tongxin.plans.models import Document, Genre, Plan, Task, TaskProposal
from tongxin.plans.plan_actions import make_plan, publish_plan
from tongxin.plans.proposal_actions import accept_proposal, reject_proposal
from tongxin.plans.report_actions import accept_report, return_report, submit_report, write_report
from tongxin.plans.target_actions import Target, set_targets
from tongxin.plans.task_actions import change_task, enter_task, reopen_task, withdraw_task

Words = Mapping[str, Any]


@transaction.atomic
def carry_out_plan() -> Plan:
    """Make the plan of the province with tasks in every state; where it is there, leave it as it is."""
    words = read_words("plan")
    province = Programme.objects.select_related("root").get().root
    if found := Plan.objects.filter(organisation=province, title=words["title"]).first():
        return found
    office = User.objects.get(username="province_office")
    spell = {name: words[name] for name in ("title", "starts_on", "ends_on")}
    plan = make_plan(province, actor=office, **spell)
    document = _receive(province, words, office)
    _decide(document, plan, words, office)
    for given in words["numbers"]:
        _set_number(plan, given, office)
    for given in words["figures"]:
        targets = [_target(row) for row in given["targets"]]
        set_targets(_task(plan, given), actor=office, indicator=given["indicator"], targets=targets)
    publish_plan(plan, actor=office)
    for given in words["shares"]:
        _hand_down(plan, given)
    for given in words["reports"]:
        _report(plan, given)
    for given in words["reopened"]:
        reopen_task(_task(plan, given), actor=_user(given["by"]), reason=given["reason"])
    for given in words["cancelled"]:
        withdraw_task(_task(plan, given), actor=_user(given["by"]), reason=given["reason"])
    _begin_next(province, words["next"], office)
    return plan


def _begin_next(province: Organisation, given: Words, office: User) -> None:
    """Leave a draft with tasks that are only planned."""
    spell = {name: given[name] for name in ("title", "starts_on", "ends_on")}
    draft = make_plan(province, actor=office, **spell)
    for row in given["tasks"]:
        measure = draft.measures.get(dimension=row["dimension"])
        told = {name: row[name] for name in ("title", "lead", "due_on")}
        enter_task(actor=office, measure=measure, support=(), **told)


def _receive(province: Organisation, words: Words, office: User) -> Document:
    name = words["document"]
    content = files("tongxin.demo").joinpath(f"data/{name}").read_bytes()
    document = receive_document(province, actor=office, name=name, content=content, genre=Genre.POLICY)
    return publish_document(document, actor=office, is_published=True)


def _decide(document: Document, plan: Plan, words: Words, office: User) -> None:
    """Turn down what is no task, leave what waits for a person, and accept the rest under its dimension."""
    measures = {measure.dimension: measure for measure in plan.measures.all()}
    for proposal in TaskProposal.objects.filter(clause__document=document, state=TaskProposal.State.OPEN):
        reason = next((row["reason"] for row in words["rejected"] if row["words"] in proposal.quote), "")
        if reason:
            reject_proposal(proposal, actor=office, reason=reason)
        elif not any(each in proposal.quote for each in words["left_open"]):
            accept_proposal(proposal, actor=office, measure=measures[proposal.dimension])


def _set_number(plan: Plan, given: Words, office: User) -> None:
    task = _task(plan, given)
    units = list(task.units.all())
    change_task(
        task,
        actor=office,
        measure=task.measure,
        lead=[unit.name for unit in units if unit.part == "lead"],
        support=[unit.name for unit in units if unit.part == "support"],
        goal=Decimal(given["goal"]),
        goal_unit=given["unit"],
        due_on=given.get("due_on", task.due_on),
    )


def _target(row: Words) -> Target:
    baseline = row.get("baseline")
    return Target(row["period"], Decimal(row["value"]), None if baseline is None else Decimal(baseline))


def _hand_down(plan: Plan, given: Words) -> None:
    task = _task(plan, given)
    periods = [target.period for target in task.targets.all()]
    due_on: date | None = given.get("due_on")
    shares = [Share(_unit(code), due_on, Decimal(goal)) for code, goal in given.get("units", {}).items()]
    for code, values in given.get("targets", {}).items():
        targets = [Target(period, Decimal(value)) for period, value in zip(periods, values, strict=True)]
        shares.append(Share(_unit(code), due_on, targets=tuple(targets)))
    hand_down(task, shares, actor=_user(given["by"]))


def _report(plan: Plan, given: Words) -> None:
    author = _user(given["by"])
    report = write_report(
        _task(plan, given),
        actor=author,
        text=given["text"],
        amount=Decimal(given["amount"]) if "amount" in given else None,
        percent=given.get("percent"),
        is_final=given.get("final", False),
    )
    if proof := given.get("proof"):
        attach_file(report, actor=author, name=proof["name"], content=proof["text"].encode())
    if given.get("leaves") == "draft":
        return
    report = submit_report(report, actor=author)
    if given.get("decision") == "accept":
        reviewer, override = _user(given["decided_by"]), given.get("override", "")
        accept_report(report, actor=reviewer, note=given["note"], override=override)
    elif given.get("decision") == "return":
        return_report(report, actor=_user(given["decided_by"]), reason=given["note"])


def _task(plan: Plan, given: Words) -> Task:
    """Return the task whose words are named: the plan's own, or the share of the unit that is named."""
    found = Task.objects.filter(measure__plan=plan, title__contains=given["task"])
    return found.get(organisation__code=given["at"]) if "at" in given else found.get(parent=None)


def _unit(code: str) -> Organisation:
    return Organisation.objects.get(code=code)


def _user(name: str) -> User:
    return User.objects.get(username=name)

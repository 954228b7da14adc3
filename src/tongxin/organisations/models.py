from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongxin.ui.scripts import spoken


class Level(models.TextChoices):
    PROVINCE = "province", _("province")
    CITY = "city", _("city")
    COUNTY = "county", _("county")
    TOWN = "town", _("town")
    ENTERPRISE = "enterprise", _("enterprise")
    UNION = "union", _("union")
    DEPARTMENT = "department", _("department")
    GROUP = "group", _("group company")


class Hierarchy(models.TextChoices):
    ADMINISTRATIVE = "administrative", _("administrative")
    UNION = "union", _("trade union")
    GROUP = "group", _("group company")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def alive_on(self, day: date) -> OrganisationQuerySet:
        return self.filter(Q(closed_on=None) | Q(closed_on__gt=day), opened_on__lte=day)

    def below(self, organisation: Organisation) -> OrganisationQuerySet:
        """Return the organisation and all that stand under it today."""
        return self.filter(path__gte=organisation.path, path__lt=organisation.path_end)


class Organisation(models.Model):
    """A node of the dated trees: a division, an enterprise, a union, a department, a group company.

    `parent` and `path` are today's in the administrative hierarchy; placements and names hold the past.
    Opened → closed; nothing is deleted.
    """

    code = models.CharField(_("code"), max_length=32, unique=True)
    level = models.CharField(_("level"), max_length=12, choices=Level, db_index=True)
    name_zh = models.CharField(_("Chinese name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=200, unique=True, null=True, blank=True)
    opened_on = models.DateField(_("opened on"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    is_pseudo = models.BooleanField(default=False)
    """A zone or farm that the statistics bureau lists beside the towns."""

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        indexes = [models.Index(fields=["level", "path"], name="organisation_level_below")]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")),
                name="organisation_closes_after_it_opens",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return spoken(self.name_zh, self.name_en)

    @property
    def path_end(self) -> str:
        """The first text after every path below this one ('/' is followed by '0')."""
        return f"{(self.path or '').rstrip('/')}0"

    def is_alive_on(self, day: date) -> bool:
        return self.opened_on <= day and (self.closed_on is None or self.closed_on > day)


class Spell(models.Model):
    """Something that holds from a day (included) to a day (excluded, empty while it lasts)."""

    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        abstract = True


class Placement(Spell):
    """Where an organisation stood in a hierarchy, over time."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="placements")
    hierarchy = models.CharField(max_length=16, choices=Hierarchy, default=Hierarchy.ADMINISTRATIVE)
    parent = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "hierarchy", "valid_from"], name="placement_begins_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["organisation", "hierarchy"], condition=Q(valid_to=None), name="placement_one_open"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="placement_has_length"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} < {self.parent}"


class NameSpell(Spell):
    """What an organisation was called, over time."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="names")
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "valid_from"], name="name_begins_once_a_day"),
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(valid_to=None), name="name_one_open"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="name_has_length"
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh


class Particulars(Spell):
    """An enterprise's industry (GB/T 4754), ownership and size, over time."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="particulars")
    industry = models.CharField(_("industry"), max_length=5)
    ownership = models.CharField(_("ownership"), max_length=20)
    size = models.CharField(_("size"), max_length=10)
    is_above_scale = models.BooleanField(_("above designated size"), default=False)

    class Meta:
        ordering = ["valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "valid_from"], name="particulars_begin_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(valid_to=None), name="particulars_one_open"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="particulars_have_length"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.industry}"


class UnionCover(Spell):
    """Which union's members an enterprise's workers are; a joint union covers many enterprises."""

    union = models.ForeignKey(Organisation, models.PROTECT, related_name="covers")
    enterprise = models.ForeignKey(Organisation, models.PROTECT, related_name="covered_by")

    class Meta:
        ordering = ["valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "valid_from"], name="cover_begins_once_a_day"),
            models.UniqueConstraint(fields=["enterprise"], condition=Q(valid_to=None), name="cover_one_open"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="cover_has_length"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.union} → {self.enterprise}"


class OrganisationEvent(models.Model):
    """A dated change of the tree, with what was before and after, and where it is written."""

    class Kind(models.TextChoices):
        CREATED = "create", _("created")
        RENAMED = "rename", _("renamed")
        UPGRADED = "upgrade", _("changed status and code")
        MOVED = "transfer", _("moved")
        MERGED = "merge", _("merged")
        SPLIT = "split", _("split")
        CLOSED = "abolish", _("closed")

    on = models.DateField(_("on"), db_index=True)
    kind = models.CharField(_("event"), max_length=10, choices=Kind)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="events")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    others = models.ManyToManyField(Organisation, related_name="+", blank=True)
    note_zh = models.CharField(max_length=500, blank=True)
    note_en = models.CharField(max_length=500, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    is_synthetic = models.BooleanField(default=False)

    class Meta:
        ordering = ["-on", "-pk"]

    def __str__(self) -> str:
        return f"{self.on} {self.get_kind_display()} {self.organisation}"

    @property
    def note(self) -> str:
        return spoken(self.note_zh, self.note_en)


class CoordinationGroup(Spell):
    """The coordination group at a node; its office acts for the node."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="groups")
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(valid_to=None), name="group_one_open_at_a_node"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="group_has_length"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GroupSeat(Spell):
    """A seat of a coordination group, over time: a person with an office, or a member unit."""

    class Kind(models.TextChoices):
        CHAIR = "chair", _("chair")
        VICE_CHAIR = "vice_chair", _("vice-chair")
        OFFICE = "office", _("office")
        OFFICE_DIRECTOR = "office_director", _("office director")
        MEMBER_UNIT = "member_unit", _("member unit")

    group = models.ForeignKey(CoordinationGroup, models.PROTECT, related_name="seats")
    kind = models.CharField(_("seat"), max_length=16, choices=Kind)
    person = models.CharField(_("person"), max_length=100, blank=True)
    title = models.CharField(_("office held"), max_length=200, blank=True)
    unit = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    unit_name = models.CharField(_("unit"), max_length=200, blank=True)

    class Meta:
        ordering = ["kind", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "kind"],
                condition=Q(valid_to=None, kind__in=["chair", "office", "office_director"]),
                name="seat_held_by_one",
            ),
            models.CheckConstraint(
                condition=~Q(person="", unit=None, unit_name=""), name="seat_names_somebody"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="seat_has_length"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.person or self.unit or self.unit_name}"


class Role(models.TextChoices):
    VIEWER = "viewer", _("viewer")
    ASSESSOR = "assessor", _("assessor")
    REPORTER = "reporter", _("reporter")
    REVIEWER = "reviewer", _("reviewer")
    OFFICE = "office", _("coordination office")
    SERVICE_WORKER = "service_worker", _("service worker")
    AUDITOR = "auditor", _("auditor")
    SYSTEM_ADMINISTRATOR = "system_administrator", _("system administrator")
    SECURITY_ADMINISTRATOR = "security_administrator", _("security administrator")


class RoleGrant(Spell):
    """A role that somebody holds at a node, for the unit alone or for all below it, until it is revoked."""

    class Reach(models.TextChoices):
        SUBTREE = "subtree", _("this unit and all below")
        UNIT = "unit", _("this unit only")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="role_grants")
    role = models.CharField(_("role"), max_length=24, choices=Role)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="role_grants")
    reach = models.CharField(_("reach"), max_length=8, choices=Reach, default=Reach.SUBTREE)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="roles_granted"
    )

    class Meta:
        ordering = ["user", "organisation", "role"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "organisation"], condition=Q(valid_to=None), name="role_held_once"
            ),
            models.CheckConstraint(
                # As long as nothing when a role is taken back on the day on which it was given.
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="role_does_not_end_before_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()} @ {self.organisation}"


class Programme(models.Model):
    """What this home is about: one row, with the root of its tree and the span of its facts."""

    root = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    is_synthetic = models.BooleanField(default=False)
    facts_from = models.DateField()
    facts_until = models.DateField(null=True, blank=True)
    """The last day of the facts where the home is a finished example; empty where it follows the clock."""
    finest_period = models.CharField(max_length=8, default="month")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="programme_is_one_row")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return spoken(self.name_zh, self.name_en)

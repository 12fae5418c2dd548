import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Greatest, Lower

from recruiting.lib.text import check_line

SAME_VISIT = timedelta(minutes=30)
VIEW_NAME_MAX = 60
VIEWS_MAX = 50
QUERY_MAX = 2000
"""Characters of the longest search that the list's form can make, and some."""


class Visit(models.Model):
    """When a person last looked at the home page, told by a POST from the page itself.

    Looks less than half an hour apart are one visit, so that a reload does not hide what is new.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="visit"
    )
    at = models.DateTimeField()
    before = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d %H:%M}"

    def since(self, now: datetime) -> datetime | None:
        """The end of the visit before this one; None when there was none."""
        return self.before if now - self.at < SAME_VISIT else self.at

    @classmethod
    def mark(cls, user: models.Model, now: datetime) -> None:
        visit, new = cls.objects.get_or_create(user_id=user.pk, defaults={"at": now})
        if not new and now > visit.at:
            before = visit.since(now)
            cls.objects.filter(pk=visit.pk, at=visit.at).update(at=now, before=before)


class Look(models.Model):
    """When a person last looked at what happened on a page, told by a POST from the page itself.

    `page` is the id of the requisition or the client; `EVERYTHING` for the record of the office.
    `at` is the instant at which the page was made that was looked at, so that what came since
    stays new. As with visits, what was new at the beginning of one stays marked during it.
    """

    EVERYTHING = uuid.UUID(int=0)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="looks")
    page = models.UUIDField()
    at = models.DateTimeField()
    before = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "page"], name="look_unique")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.page} {self.at:%Y-%m-%d %H:%M}"

    @classmethod
    def mark(
        cls,
        page: uuid.UUID,
        *,
        by: models.Model,
        shown: datetime,
        now: datetime,
        read: bool = False,
    ) -> None:
        """The page as it was at `shown` has been looked at. A look never moves backwards.

        With `read` what was new until then is marked no longer, even in the same visit.
        """
        shown = min(shown, now)
        look, new = cls.objects.get_or_create(
            user_id=by.pk, page=page, defaults={"at": shown, "before": shown}
        )
        if new:
            return
        mine = cls.objects.filter(pk=look.pk)
        if read:
            instant = models.Value(shown, models.DateTimeField())
            mine.update(at=Greatest("at", instant), before=Greatest("before", instant))
        else:
            mine.filter(at__lt=shown).update(at=shown, before=cls._since(shown))

    @classmethod
    def since_for(cls, user: models.Model, now: datetime) -> models.Subquery:
        """For the fetch of a page's object: what others did after that is new to the user."""
        looks = cls.objects.filter(user_id=user.pk, page=models.OuterRef("pk"))
        return models.Subquery(looks.values_list(cls._since(now)))

    @classmethod
    def since_at(cls, page: uuid.UUID, user: models.Model, now: datetime) -> datetime | None:
        looks = cls.objects.filter(user_id=user.pk, page=page)
        return looks.values_list(cls._since(now), flat=True).first()

    @staticmethod
    def _since(now: datetime) -> models.Case:
        """The last look before the visit of which `now` is part."""
        same_visit = models.When(at__gt=now - SAME_VISIT, then="before")
        return models.Case(same_visit, default="at")


class ViewNameTaken(Exception):
    """The person has a view of this name already."""


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: models.Model) -> Self:
        """One's own, whatever one's role."""
        return self.filter(user_id=user.pk)


class SavedView(models.Model):
    """A name that a person gives to a search of the list: its address from the question mark on.

    The default one is what the list opens with.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=VIEW_NAME_MAX, validators=[check_line])
    query = models.CharField(max_length=QUERY_MAX)
    is_default = models.BooleanField(default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name"), "pk"]
        constraints = [
            models.UniqueConstraint("user", Lower("name"), name="saved_view_name"),
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(is_default=True), name="saved_view_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def keep(cls, name: str, query: str, *, by: models.Model, default: bool = False) -> "SavedView":
        """Raises ViewNameTaken."""
        try:
            with transaction.atomic():
                view = cls.objects.create(user_id=by.pk, name=name, query=query)
        except IntegrityError:
            raise ViewNameTaken from None
        if default:
            view.open_with()
        return view

    def rename(self, name: str) -> None:
        """Raises ViewNameTaken."""
        before, self.name = self.name, name
        try:
            with transaction.atomic():
                self.save(update_fields=["name"])
        except IntegrityError:
            self.name = before
            raise ViewNameTaken from None

    def open_with(self, *, yes: bool = True) -> None:
        """Make it the one that the list opens with, or let the list open with everything."""
        with transaction.atomic():
            mine = SavedView.objects.filter(user=self.user_id)
            # All of the person's are locked, so that two made default at once leave one.
            list(mine.select_for_update().order_by("pk"))
            mine.filter(is_default=True).update(is_default=False)
            if yes:
                mine.filter(pk=self.pk).update(is_default=True)
        self.is_default = yes

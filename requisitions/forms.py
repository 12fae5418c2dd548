"""What people type about a requisition, and why its status changes."""

import hashlib
import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, Q

from recruiting.accounts.models import Client, Membership, Role, User
from recruiting.lib.fields import LineField, ProseField
from requisitions.fields import (
    PayField,
    ReasonField,
    RowField,
    day_field,
)
from requisitions.importing.money import CURRENCIES, is_plausible
from requisitions.models import Basis, Requisition, Watcher
from requisitions.models.requisition import DESCRIPTION_MAX, OPENINGS_MAX, TITLE_MAX

EARLIEST = date(2000, 1, 1)
AHEAD = timedelta(days=3 * 366)
"""How far ahead a date may lie."""

HOLD_AHEAD = timedelta(days=366)


class RequisitionForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the job is and who works on it. `today` is the reader's date.

    A new one names its client; a lead also names the recruiter.
    """

    client = RowField(Client.objects.none(), empty_label="Choose")
    manager = RowField(User.objects.none(), required=False, label="Hiring manager")
    recruiter = RowField(User.objects.none())
    title = LineField(max_length=TITLE_MAX)
    code = LineField(max_length=60, required=False, help_text="The number people know it by.")
    employer = LineField(
        max_length=200, required=False, help_text="Where it differs from the client."
    )
    place = LineField(max_length=200, required=False)
    description = ProseField(
        max_length=DESCRIPTION_MAX,
        required=False,
        label="Job description",
        help_text="Markdown works: **bold**, - lists, ## headings.",
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    openings = forms.IntegerField(
        initial=1,
        min_value=1,
        max_value=OPENINGS_MAX,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "invalid": "Write a whole number.",
            "min_value": "There is at least one opening.",
            "max_value": f"At most {OPENINGS_MAX} openings fit in one requisition.",
        },
    )
    salary_low = PayField(required=False, label="From")
    salary_high = PayField(required=False, label="To")
    currency = forms.ChoiceField(required=False)
    basis = forms.ChoiceField(
        required=False, label="Paid for", choices=[("", "Choose"), *Basis.choices]
    )
    opened_on = day_field(required=False)
    target_on = day_field(required=False, label="Fill by")

    class Meta:
        model = Requisition
        fields = (
            "client", "title", "code", "employer", "place", "manager", "recruiter", "openings",
            "opened_on", "target_on", "salary_low", "salary_high", "currency", "basis",
            "description",
        )  # fmt: skip

    def __init__(self, *args: Any, user: User, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        offered = self._offered_clients(user)
        known = {self.instance.currency, ""}
        more = [code for code in sorted(known) if code and code not in CURRENCIES]
        self.fields["currency"].choices = [  # type: ignore[attr-defined]
            ("", "Choose"),
            *((code, code) for code in [*CURRENCIES, *more]),
        ]
        now = self.instance
        self._offer("manager", [Role.MANAGER], offered, [now.manager], empty="Not known yet")
        if user.is_lead:
            holder = now.recruiter if now.recruiter_id else None
            self._offer("recruiter", [Role.RECRUITER, Role.LEAD], offered, [holder, user])
        else:
            del self.fields["recruiter"]

    def _offered_clients(self, user: User) -> Q:
        """Whose people may be chosen: of the requisition's client, else of all one sees."""
        return Q(client=self.instance.client_id)

    def _offer(
        self,
        name: str,
        roles: Iterable[Role],
        clients: Q,
        also: Iterable[User | None],
        *,
        empty: str = "",
    ) -> None:
        """People of the clients, under the clients' names, after those who may be named anyway."""
        members = Membership.objects.filter(clients, user__role__in=roles, user__is_active=True)
        offered = members.select_related("client", "user").order_by(
            "client__name", "client", "user__name", "user__email"
        )
        choices: list[Any] = [("", empty)] if empty else []
        of_clients = {member.user_id for member in offered}
        others = {user.pk: user for user in also if user and user.pk not in of_clients}
        choices += [(str(pk), user.display_name) for pk, user in others.items()]
        for client, group in groupby(offered, key=lambda member: member.client):
            choices.append((client.name, [(str(m.user_id), m.user.display_name) for m in group]))
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.filter(pk__in=[*of_clients, *others])
        field.choices = choices

    def validate_constraints(self) -> None:
        """`clean` says the same beside the fields, in plain words."""

    def clean_opened_on(self) -> date | None:
        return check_day(self.cleaned_data["opened_on"], self.today)

    def clean_target_on(self) -> date | None:
        return check_day(self.cleaned_data["target_on"], self.today)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        opened, target = data.get("opened_on"), data.get("target_on")
        if opened and target and target < opened and self._touched("opened_on", "target_on"):
            self.add_error("target_on", "This lies before the day it was opened.")
        if self._touched("salary_low", "salary_high", "currency", "basis"):
            self._check_salary(data)
        return data

    def _touched(self, *names: str) -> bool:
        """What was imported oddly and is not touched does not stop a change of the title."""
        return any(name in self.changed_data for name in names)

    def _check_salary(self, data: dict[str, Any]) -> None:
        amounts = {name: data.get(name) for name in ("salary_low", "salary_high")}
        low, high = amounts.values()
        if low is None and high is None:
            return
        if low is not None and high is not None and low > high:
            self.add_error("salary_high", "This is less than where the range begins.")
            return
        for name, what in (("currency", "Choose a currency."), ("basis", "Choose what it is for.")):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, what)
        basis, currency = data.get("basis", ""), data.get("currency", "")
        for name, amount in amounts.items():
            if amount is not None and not is_plausible(amount, basis, currency):
                self.add_error(
                    name,
                    f"{amount:,.0f} {Basis(basis).label} is hardly a salary. "
                    "Check the amount and what it is paid for.",
                )

    @property
    def changes(self) -> dict[str, Any]:
        """The fields of the requisition as they were typed."""
        return {name: self.cleaned_data[name] for name in self._own_fields()}

    def _own_fields(self) -> list[str]:
        return [name for name in self.Meta.fields if name in self.fields]

    def refuse(self, error: ValidationError) -> None:
        """Show what the model refused, beside its fields where the form has them."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            for one in errors:
                self.add_error(name if name in self.fields else None, one)


class NewRequisitionForm(RequisitionForm):
    """With its client, and with the choice to open it for sourcing at once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    open_now = forms.BooleanField(
        required=False,
        label="Open for sourcing at once, without a signed brief",
        help_text="The reason stands on the shared page.",
    )
    open_reason = ReasonField(required=False, label="Reason for opening without a brief")

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, user=user, **options)
        self.user = user
        field = self.fields["client"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Client.objects.visible_to(user)

    def _offered_clients(self, user: User) -> Q:
        return Q(client__in=Client.objects.visible_to(user).values("pk"))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        client, manager = data.get("client"), data.get("manager")
        if client and manager and not manager.memberships.filter(client=client).exists():
            self.add_error("manager", f"{manager} is not with {client}. Choose somebody who is.")
        if data.get("open_now"):
            if not manager and "manager" not in self.errors:
                self.add_error("manager", "Name the hiring manager to open it for sourcing.")
            if not data.get("open_reason") and "open_reason" not in self.errors:
                self.add_error("open_reason", "Say why, in a few words.")
        return data

    def create(self, *, by: User, now: datetime) -> Requisition:
        """Make what was typed, in one transaction. Raises ValidationError as the model does."""
        fields = {"recruiter": by} | self.changes
        with transaction.atomic():
            requisition = Requisition.create(by=by, now=now, **fields)
            if self.cleaned_data["open_now"]:
                requisition.open_for_sourcing(
                    by=by, now=now, reason=self.cleaned_data["open_reason"]
                )
        return requisition


class EditRequisitionForm(RequisitionForm):
    """With the version that its reader saw, and a mark of each value as it was shown."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, user=user, **options)
        del self.fields["client"]
        self.initial["version"] = self.instance.version
        self.initial["seen"] = self._marks()

    def _marks(self) -> str:
        values = {name: getattr(self.instance, name) for name in self._own_fields()}
        return " ".join(f"{name}:{_mark(value)}" for name, value in values.items())

    def untouched(self, name: str) -> bool:
        """Whether the person who sent the form left the field as it was shown to them."""
        shown = dict(
            part.split(":", 1) for part in self.cleaned_data["seen"].split() if ":" in part
        )
        return shown.get(name) == _mark(self.cleaned_data[name])


class StatusForm(forms.Form):
    """A form that does one thing once: `key` makes its second sending do nothing."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, requisition: Requisition, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.requisition, self.today = requisition, today

    @property
    def particulars(self) -> dict[str, Any]:
        """The arguments of the model's method."""
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}

    @property
    def spoken_key(self) -> uuid.UUID:
        return self.cleaned_data["key"] or uuid.uuid4()


class ReasonForm(StatusForm):
    """Why. It stands on the shared page."""

    reason = ReasonField()


class HoldForm(ReasonForm):
    until = day_field(required=False, label="Until", help_text="When work is likely to go on.")

    def clean_until(self) -> date | None:
        return check_hold_end(self.cleaned_data["until"], self.today)


class ExtensionForm(HoldForm):
    """A hold that goes on says until when."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["until"].required = True
        self.fields["until"].error_messages["required"] = "Say until when."


class ReopeningForm(ReasonForm):
    """With the number of openings, which must be more than the offers that were accepted."""

    openings = forms.IntegerField(
        min_value=1,
        max_value=OPENINGS_MAX,
        label="Openings in all",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": "Say how many openings there are now.",
            "invalid": "Write a whole number.",
            "max_value": f"At most {OPENINGS_MAX} openings fit in one requisition.",
        },
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        accepted, openings = self.requisition.funnel.accepted, self.requisition.openings
        field = self.fields["openings"]
        field.initial = max(openings, accepted + 1)
        # Only a filled one needs to be asked; for the others the number stays as it is.
        field.required = accepted >= openings
        if accepted:
            filled = "1 is" if accepted == 1 else f"{accepted:,} are"
            field.help_text = f"{filled} filled already."


class WatcherForm(forms.Form):
    """Who else may see the requisition: managers of its client who do not see it yet."""

    user = RowField(User.objects.none(), label="Person", empty_label="Choose")

    def __init__(self, *args: Any, requisition: Requisition, **options: Any) -> None:
        super().__init__(*args, **options)
        watching = Watcher.objects.filter(requisition=requisition).values("user")
        people = User.objects.active().managers().serving(requisition.client)
        people = people.exclude(pk__in=watching).exclude(pk=requisition.manager_id)
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = people.order_by("name", "email")


def check_hold_end(until: date | None, today: date) -> date | None:
    """A day to come, within a year. Raises ValidationError."""
    if until and until <= today:
        raise ValidationError("Choose a day after today.")
    if until and until > today + HOLD_AHEAD:
        raise ValidationError("Choose a day within a year, or cancel the requisition.")
    return until


def check_day(day: date | None, today: date) -> date | None:
    """A day of this century, at most three years ahead. Raises ValidationError."""
    if day and day < EARLIEST:
        raise ValidationError(f"This lies before {EARLIEST.year}. Check the year.")
    if day and day > today + AHEAD:
        raise ValidationError("This lies more than three years ahead. Check the year.")
    return day


def _mark(value: Any) -> str:
    """A short mark by which two values of a field can be told apart."""
    if isinstance(value, Model):
        value = value.pk
    elif hasattr(value, "normalize"):
        value = value.normalize()
    return hashlib.blake2s(str(value or "").encode(), digest_size=5).hexdigest()

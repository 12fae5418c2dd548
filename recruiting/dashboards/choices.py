"""What the list offers to choose from: clients, recruiters and saved views, in one statement."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import CharField, Value

from recruiting.accounts.models import Client, User
from recruiting.dashboards.models import SavedView

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class View:
    pk: UUID
    name: str
    query: str
    is_default: bool


@dataclass
class Choices:
    """Each sorted by name."""

    clients: Pairs = field(default_factory=list)
    recruiters: Pairs = field(default_factory=list)
    views: list[View] = field(default_factory=list)

    @property
    def default(self) -> View | None:
        return next((view for view in self.views if view.is_default), None)


def choices(reader: User) -> Choices:
    """Of the reader's clients and people; the views are the reader's own."""
    clients = Client.objects.visible_to(reader).order_by()
    people = User.objects.visible_to(reader).recruiters().order_by()
    views = SavedView.objects.visible_to(reader).order_by()
    rows = (
        clients.annotate(kind=_text("client"), more=_text("")).values_list(
            "kind", "pk", "name", "more"
        )
    ).union(
        people.annotate(kind=_text("person")).values_list("kind", "pk", "name", "email"),
        views.filter(is_default=False).annotate(kind=_text("view")).values_list(*_VIEW),
        views.filter(is_default=True).annotate(kind=_text("default")).values_list(*_VIEW),
    )
    found = Choices()
    for kind, pk, name, more in rows:
        if kind == "client":
            found.clients.append((str(pk), name))
        elif kind == "person":
            found.recruiters.append((str(pk), name or more.partition("@")[0]))
        else:
            found.views.append(View(pk, name, more, kind == "default"))
    found.clients.sort(key=lambda pair: pair[1].casefold())
    found.recruiters.sort(key=lambda pair: pair[1].casefold())
    found.views.sort(key=lambda view: view.name.casefold())
    return found


_VIEW = ("kind", "pk", "name", "query")


def _text(value: str) -> Value:
    return Value(value, output_field=CharField())

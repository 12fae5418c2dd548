"""One thing done to many requisitions of the list: asked for, done, told of, undone."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recruiting.accounts.decorators import lead_required, recruiter_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.audit.models import FormKey, once
from recruiting.dashboards.list_forms import ListForm, kept
from recruiting.dashboards.models import QUERY_MAX
from recruiting.dashboards.views.requisition_list import listing_of
from requisitions.bulk_forms import BulkForm, read_shown
from requisitions.models import BulkAction, Requisition
from requisitions.models.bulk import BULK_MAX

Kind = BulkAction.Kind


@dataclass(frozen=True)
class BulkPage:
    """`done` follows the number of requisitions, as in "9 requisitions are on hold"."""

    kind: BulkAction.Kind
    title: str
    lead: str
    button: str
    done: str


PAGES = {
    page.kind: page
    for page in (
        BulkPage(
            Kind.RECRUITER,
            "Give to another recruiter",
            "Who takes over must serve the client of each; where not, that one stays as it is.",
            "Give to this recruiter",
            "given to {person}",
        ),
        BulkPage(
            Kind.MANAGER,
            "Name another hiring manager",
            "Who takes over must be with the client of each; where not, that one stays as it is.",
            "Name this manager",
            "now with {person}",
        ),
        BulkPage(
            Kind.HOLD,
            "Put on hold",
            "Nothing is expected of anybody meanwhile. Days on hold do not count as days open.",
            "Put on hold",
            "put on hold",
        ),
        BulkPage(
            Kind.WATCH,
            "Let somebody watch",
            "Who watches a requisition sees its page, and does not decide.",
            "Let this person watch",
            "watched by {person}",
        ),
        BulkPage(
            Kind.UNWATCH,
            "Let somebody watch no more",
            "They no longer see the page, unless they are its manager.",
            "End the watching",
            "no longer watched by {person}",
        ),
    )
}


@require_http_methods(["GET", "POST"])
@lead_required
def recruiter(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """As with one requisition, only leads name another recruiter."""
    return _answer(request, PAGES[Kind.RECRUITER])


@require_http_methods(["GET", "POST"])
@recruiter_required
def manager(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    return _answer(request, PAGES[Kind.MANAGER])


@require_http_methods(["GET", "POST"])
@recruiter_required
def hold(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    return _answer(request, PAGES[Kind.HOLD])


@require_http_methods(["GET", "POST"])
@recruiter_required
def watch(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    return _answer(request, PAGES[Kind.WATCH])


@require_http_methods(["GET", "POST"])
@recruiter_required
def unwatch(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    return _answer(request, PAGES[Kind.UNWATCH])


@require_GET
@recruiter_required
def bulk_action(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """What was done, what was not and why, and what of it could not be undone."""
    action = _own(request, pk)
    context = {
        "action": action,
        "title": PAGES[Kind(action.kind)].title,
        "done": done_words(action),
        "changes": action.changes_seen()
        .select_related("requisition__client")
        .order_by("requisition__title", "requisition"),
        "list_url": _list_url(action.back_to),
    }
    return render(request, "dashboards/bulk_action.html", context)


@require_POST
@recruiter_required
def undoing(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    action = _own(request, pk)
    action.undo(now=timezone.now())
    if action.not_undone:
        return redirect("bulk_action", pk)
    messages.success(request, "Undone. All of them are as they were before.")
    return redirect(_list_url(action.back_to))


def _own(request: AuthenticatedHttpRequest, pk: UUID) -> BulkAction:
    mine = BulkAction.objects.visible_to(request.user).select_related("person", "by")
    return get_object_or_404(mine, pk=pk)


def _answer(request: AuthenticatedHttpRequest, page: BulkPage) -> HttpResponseBase:
    """Show the form; sent, act and tell what became of it. 422 for what is wrong."""
    is_sent = request.method == "POST"
    rows = _sent_rows(request) if is_sent else _chosen(request)
    back = _way_back(QueryDict(request.POST.get("back", "")) if is_sent else request.GET)
    form = BulkForm(
        request.POST if is_sent else None,
        kind=page.kind, by=request.user, rows=rows[:BULK_MAX], today=timezone.localdate(),
    )  # fmt: skip
    if is_sent and form.is_valid():
        action = _run_once(request, form, back)
        if action.order == form.order:
            return _told(request, action)
        form.refuse_as_sent_before()
    context = {
        "page": page,
        "form": form,
        "rows": rows,
        "too_many": len(rows) > BULK_MAX,
        "bulk_max": BULK_MAX,
        "back": back,
        "list_url": _list_url(back),
    }
    return render(request, "dashboards/bulk.html", context, status=422 if form.errors else 200)


def _way_back(asked: QueryDict) -> str:
    """The search of the list to return to; one that no form of ours can make is dropped."""
    query = kept(asked)
    return query if len(query) <= QUERY_MAX else ""


def _chosen(request: AuthenticatedHttpRequest) -> list[Requisition]:
    """The rows ticked, or all that the list's filter finds; one more than allowed tells of it."""
    if request.GET.get("all"):
        rows = listing_of(request, ListForm(request.GET)).rows().order_by("title", "pk")
    else:
        picked = _ids(request.GET.getlist("pick")[: BULK_MAX + 1])
        rows = Requisition.objects.visible_to(request.user).filter(pk__in=picked)
        rows = rows.order_by("title", "pk")
    return list(rows.select_related("client")[: BULK_MAX + 1])


def _sent_rows(request: AuthenticatedHttpRequest) -> list[Requisition]:
    sent = [one.pk for one in read_shown(request.POST)]
    rows = Requisition.objects.visible_to(request.user).filter(pk__in=sent)
    return list(rows.select_related("client").order_by("title", "pk"))


def _ids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _run_once(request: AuthenticatedHttpRequest, form: BulkForm, back: str) -> BulkAction:
    now = timezone.now()

    def run() -> BulkAction:
        return BulkAction.run(form.order, form.shown, by=request.user, now=now, back_to=back)

    try:
        pk, _ = once(form.spoken_key, by=request.user, now=now, create=run)
    except FormKey.DoesNotExist:
        raise Http404 from None
    return _own(request, pk)


def _told(request: AuthenticatedHttpRequest, action: BulkAction) -> HttpResponseBase:
    """To the list with the way back; where something was refused, to the page that names it."""
    if action.refused:
        return redirect("bulk_action", action.pk)
    undo = reverse("bulk_undoing", args=[action.pk])
    messages.success(request, done_words(action), extra_tags=f"undo:{undo}")
    return redirect(_list_url(action.back_to))


def done_words(action: BulkAction) -> str:
    """ "12 requisitions put on hold."; "3 of 12 were not changed." follows where so."""
    done, refused = action.changes.count(), len(action.refused)
    is_handover = action.person is None and action.kind != Kind.HOLD
    what = "handed over" if is_handover else _done(action)
    words = f"{done} requisition{'' if done == 1 else 's'} {what}." if done else ""
    if refused:
        were = "was" if refused == 1 else "were"
        words = f"{words} {refused} of {done + refused} {were} not changed."
    return words.strip()


def _done(action: BulkAction) -> str:
    return PAGES[Kind(action.kind)].done.format(person=action.person)


def _list_url(query: str) -> str:
    return f"{reverse('requisitions')}?{query or urlencode({'status': ''})}"

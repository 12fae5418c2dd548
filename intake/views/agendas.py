"""What the meeting of one requisition talks about, and what those of a client begin with."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from intake.access import written_intake
from intake.agenda import AGENDA, Part, rows_of
from intake.agenda_form import AgendaForm, TemplateForm
from intake.models import AgendaTemplate, Intake, StaleAgenda
from intake.saving import room_url
from recruiting.accounts.decorators import lead_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import Client


@require_http_methods(["GET", "POST"])
def agenda(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Changed by somebody else meanwhile, it is shown beside one's own before that is saved."""
    now = timezone.now()
    intake = written_intake(request.user, pk, now=now)
    sent = request.POST if request.method == "POST" else None
    form = AgendaForm(intake, sent, may_keep=request.user.is_recruiter)
    status = 200
    if sent is not None:
        status = 422
        if form.is_valid():
            if not form.is_stale and _saved(request, intake, form):
                return redirect(room_url(pk))
            status = 409
    context = {"intake": intake, "requisition": intake.requisition, "form": form,
               "current": intake.agenda if status == 409 else (),
               "seen": AgendaForm(intake, may_keep=False)["seen"]}  # fmt: skip
    return render(request, "intake/agenda.html", context, status=status)


def _saved(request: AuthenticatedHttpRequest, intake: Intake, form: AgendaForm) -> bool:
    """Not if somebody else was faster; the agenda is his then."""
    try:
        form.save(by=request.user, now=timezone.now())
    except StaleAgenda as stale:
        intake.parts = rows_of(stale.current)
        return False
    return True


@require_http_methods(["GET", "POST"])
@lead_required
def template(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """With what the meetings at a client begin; stale, it is shown beside one's own."""
    client = _client(request, pk)
    current = AgendaTemplate.parts_at(client)
    if request.method == "GET":
        return _template_page(request, client, TemplateForm(current))
    if "usual" in request.POST:
        return _kept(request, client, AGENDA, current)
    form = TemplateForm(current, request.POST)
    if not form.is_valid():
        return _template_page(request, client, form, status=422)
    if form.is_stale:
        return _template_page(request, client, form, theirs=current, status=409)
    return _kept(request, client, tuple(form.parts), current)


@require_POST
@lead_required
def template_undoing(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Take back one's own last change of it."""
    client = _client(request, pk)
    try:
        AgendaTemplate.undo(client, by=request.user, now=timezone.now())
    except StaleAgenda:
        messages.error(request, "It was changed since, so it stays as it is.")
    else:
        messages.success(request, "Undone.")
    return redirect("client_agenda", pk)


def _client(request: AuthenticatedHttpRequest, pk: UUID) -> Client:
    return get_object_or_404(Client.objects.visible_to(request.user), pk=pk)


def _kept(
    request: AuthenticatedHttpRequest, client: Client, parts: tuple[Part, ...],
    seen: tuple[Part, ...],
) -> HttpResponse:  # fmt: skip
    try:
        AgendaTemplate.keep(client, parts, seen=seen, by=request.user, now=timezone.now())
    except StaleAgenda as stale:
        form = TemplateForm(stale.current, request.POST)
        form.is_valid()
        return _template_page(request, client, form, theirs=stale.current, status=409)
    said = f"The next meetings at {client.name} begin with these {sum(p.minutes for p in parts)}"
    undo = reverse("client_agenda_undoing", args=[client.pk])
    messages.success(request, f"{said} minutes.", extra_tags=f"undo:{undo}" * (parts != seen))
    return redirect("client_agenda", client.pk)


def _template_page(
    request: AuthenticatedHttpRequest, client: Client, form: TemplateForm, *,
    theirs: tuple[Part, ...] = (), status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {"client": client, "form": form, "theirs": theirs,
               "seen": TemplateForm(form.current)["seen"],
               "is_usual": form.current == AGENDA}  # fmt: skip
    return render(request, "intake/agenda_template.html", context, status=status)

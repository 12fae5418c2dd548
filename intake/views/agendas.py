"""What the meeting of one requisition talks about."""

from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from intake.access import written_intake
from intake.agenda_form import AgendaForm
from intake.saving import room_url
from recruiting.accounts.http import AuthenticatedHttpRequest


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
            if not form.is_stale:
                form.save(by=request.user, now=now)
                return redirect(room_url(pk))
            status = 409
    context = {"intake": intake, "requisition": intake.requisition, "form": form,
               "current": intake.agenda if status == 409 else (),
               "seen": AgendaForm(intake, may_keep=False)["seen"]}  # fmt: skip
    return render(request, "intake/agenda.html", context, status=status)

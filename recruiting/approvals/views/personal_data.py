"""What a person may ask for: a copy of what is kept about her, and that it be erased."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.approvals import erasure
from recruiting.approvals.exporting import export
from recruiting.approvals.models import Candidate
from recruiting.lib.fields import LineField


class ErasureForm(forms.Form):
    """The code of the candidate, typed: an erasure cannot be taken back."""

    code = LineField(max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, data: object = None, *, candidate: Candidate) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self._code = candidate.code
        self.fields["code"].label = f"Type {candidate.code} to erase"

    def clean_code(self) -> str:
        typed: str = self.cleaned_data["code"].strip()
        if typed.casefold() != self._code.casefold():
            raise ValidationError(f"Type the code {self._code} as it stands here.")
        return typed


@require_http_methods(["GET", "POST"])
@recruiter_required
def erasing(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """What would be erased, and erasing it."""
    found = _candidate(request, pk)
    if request.method == "GET" or found.erased_at:
        return _page(request, found, ErasureForm(candidate=found))
    form = ErasureForm(request.POST, candidate=found)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    found.erase(by=request.user, now=timezone.now())
    messages.success(request, f"The data of {found.code} is erased. What was counted stays.")
    return redirect("candidate_erasure", pk)


@require_POST
@recruiter_required
def exporting(request: AuthenticatedHttpRequest, pk: UUID) -> FileResponse:
    found = _candidate(request, pk)
    archive = export(found, by=request.user, now=timezone.now())
    response = FileResponse(archive, as_attachment=True, filename=f"candidate-{found.code}.zip")
    response["Cache-Control"] = "private, no-store"
    return response


def _candidate(request: AuthenticatedHttpRequest, pk: UUID) -> Candidate:
    rows = Candidate.objects.visible_to(request.user).select_related("client")
    return get_object_or_404(rows, pk=pk)


def _page(
    request: AuthenticatedHttpRequest, candidate: Candidate, form: ErasureForm, *, status: int = 200
) -> HttpResponse:
    last = candidate.submissions.select_related("requisition").order_by("-at").first()
    context = {
        "candidate": candidate,
        "extent": erasure.extent(candidate),
        "form": form,
        "requisition": last.requisition if last else None,
    }
    return render(request, "approvals/personal_data.html", context, status=status)

"""The resume of a submission, for whoever is signed in and may see it."""

from uuid import UUID

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.approvals.files import serving
from recruiting.approvals.models import Submission


@require_safe
def original(request: AuthenticatedHttpRequest, pk: UUID) -> FileResponse:
    return serving.original_response(_submission(request, pk), request.user)


@require_safe
def page(request: AuthenticatedHttpRequest, pk: UUID, number: int) -> FileResponse:
    return serving.page_response(_submission(request, pk), number, request.user)


def _submission(request: AuthenticatedHttpRequest, pk: UUID) -> Submission:
    rows = Submission.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("candidate", "slate", "resume"), pk=pk)

"""The words to think twice about, for leads to edit and to try."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from intake.models import LoadedWording, StaleWording
from intake.wording import Wording, hints
from intake.wording_form import WordingForm
from recruiting.accounts.decorators import lead_required
from recruiting.accounts.http import AuthenticatedHttpRequest

TRIED_MAX = 300
"""Characters of the sentence that is tried, as long as a requirement can be."""


@require_http_methods(["GET", "POST"])
@lead_required
def wordings(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """`?edit=<phrase>` opens one of them, `?try=<sentence>` shows what it would be told."""
    if request.method == "GET":
        return _page(request, WordingForm(_row(request.GET.get("edit", ""))))
    form = WordingForm(_row(request.POST.get("editing", "")), request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    phrase, why, instead = (form.cleaned_data[name] for name in ("phrase", "why", "instead"))
    try:
        LoadedWording.keep(
            phrase, why, instead, seen=form.seen, by=request.user, now=timezone.now()
        )
    except StaleWording as stale:
        return _page(request, _shown_both(request, stale), theirs=stale, status=409)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, form, status=422)
    return _done(request, f"“{phrase}” gets this hint from now on.")


@require_POST
@lead_required
def turning_off(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    phrase = request.POST.get("phrase", "")
    try:
        LoadedWording.turn_off(phrase, by=request.user, now=timezone.now())
    except (ValidationError, StaleWording):
        messages.error(request, "Nothing was changed. Choose a phrase from the list.")
        return redirect("wordings")
    return _done(request, f"“{phrase}” gets no hint from now on.")


@require_POST
@lead_required
def bringing_back(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """On again, or as the product says it."""
    phrase = request.POST.get("phrase", "")
    row = _row(phrase)
    if row is None or not (row.is_off or (row.is_changed and row.is_ours)):
        messages.error(request, "Nothing was changed. Choose a phrase from the list.")
        return redirect("wordings")
    LoadedWording.bring_back(row.phrase, by=request.user, now=timezone.now())
    return _done(request, f"“{row.phrase}” gets its hint again.")


@require_POST
@lead_required
def undoing(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Take back what one did last to the list."""
    phrase = LoadedWording.undo(by=request.user, now=timezone.now())
    if phrase is None:
        messages.error(request, "It was changed since, so it stays as it is.")
    else:
        messages.success(request, f"“{phrase}” is as it was.")
    return redirect("wordings")


def _row(phrase: str) -> LoadedWording | None:
    return next((one for one in LoadedWording.listed() if one.is_about(phrase)), None)


def _shown_both(request: AuthenticatedHttpRequest, stale: StaleWording) -> WordingForm:
    """What was typed, to be saved over what stands by whoever has seen both."""
    typed = request.POST.copy()
    typed["seen_why"], typed["seen_instead"] = stale.why, stale.instead
    return WordingForm(_row(str(typed["phrase"])), typed)


def _done(request: AuthenticatedHttpRequest, said: str) -> HttpResponse:
    messages.success(request, said, extra_tags=f"undo:{reverse('wordings_undoing')}")
    return redirect("wordings")


def _page(
    request: AuthenticatedHttpRequest,
    form: WordingForm,
    *,
    theirs: StaleWording | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = LoadedWording.listed()
    sentence = request.GET.get("try", "")[:TRIED_MAX]
    tried = "".join(letter for letter in sentence if letter.isprintable())
    known = [Wording(one.phrase, one.why, one.instead) for one in rows if not one.is_off]
    context: dict[str, Any] = {
        "rows": rows,
        "form": form,
        "theirs": theirs,
        "tried": tried,
        "found": hints(tried, known),
    }
    return render(request, "intake/wordings.html", context, status=status)

"""A person's own named searches of the list."""

from uuid import UUID

from django.contrib import messages
from django.db.models.functions import Lower
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.dashboards.list_forms import SavedViewForm, kept
from recruiting.dashboards.models import SavedView, ViewNameTaken

TAKEN = "You have a view of this name. Choose another name, or delete that view first."


@require_http_methods(["GET", "POST"])
@recruiter_required
def saved_views(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """One's views, to rename and delete; a POST keeps the list's search as a new one."""
    if request.method == "GET":
        query = kept(request.GET)
        return _page(request, SavedViewForm(user=request.user, initial={"query": query}))
    form = SavedViewForm(request.POST, user=request.user)
    if form.is_valid():
        data = form.cleaned_data
        try:
            view = SavedView.keep(
                data["name"], data["query"], by=request.user, default=data["default"]
            )
        except ViewNameTaken:
            form.add_error("name", TAKEN)
        else:
            messages.success(request, f"Saved as “{view}”.")
            return redirect(f"{reverse('requisitions')}?{view.query}")
    return _page(request, form)


@require_POST
@recruiter_required
def renaming(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    view = _own(request, pk)
    form = SavedViewForm(request.POST, user=request.user, view=view)
    if form.is_valid():
        try:
            view.rename(form.cleaned_data["name"])
        except ViewNameTaken:
            form.add_error("name", TAKEN)
        else:
            messages.success(request, f"Renamed to “{view}”.")
            return redirect("saved_views")
    return _page(request, SavedViewForm(user=request.user), renamed=form)


@require_POST
@recruiter_required
def deletion(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    view = _own(request, pk)
    view.delete()
    messages.success(request, f"“{view}” is deleted. The requisitions stay as they are.")
    return redirect("saved_views")


@require_POST
@recruiter_required
def default(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """The list opens with this one; sent for the one that it opens with, with everything."""
    view = _own(request, pk)
    view.open_with(yes=not view.is_default)
    what = f"with “{view}”" if view.is_default else "with everything"
    messages.success(request, f"The list opens {what} now.")
    return redirect("saved_views")


def _own(request: AuthenticatedHttpRequest, pk: UUID) -> SavedView:
    return get_object_or_404(SavedView.objects.visible_to(request.user), pk=pk)


def _page(
    request: AuthenticatedHttpRequest, form: SavedViewForm, renamed: SavedViewForm | None = None
) -> HttpResponseBase:
    views = SavedView.objects.visible_to(request.user).order_by(Lower("name"), "pk")
    forms = [
        renamed if renamed and renamed.view == view else SavedViewForm(user=request.user, view=view)
        for view in views
    ]
    has_errors = form.errors or (renamed and renamed.errors)
    context = {"form": form, "forms": forms, "query": form["query"].value()}
    return render(
        request, "dashboards/saved_views.html", context, status=422 if has_errors else 200
    )

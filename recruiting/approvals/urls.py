from django.urls import URLPattern, path

from recruiting.approvals.views import candidates, screen_outs, slates

urlpatterns: list[URLPattern] = [
    # --- candidates
    path("requisitions/<uuid:pk>/candidates/", candidates.listing, name="candidates"),
    path("requisitions/<uuid:pk>/candidates/new/", candidates.new, name="candidate_new"),
    path("submissions/<uuid:pk>/edit/", candidates.edit, name="submission_edit"),
    path("submissions/<uuid:pk>/removal/", candidates.removal, name="submission_removal"),
    path("submissions/<uuid:pk>/return/", candidates.coming_back, name="submission_return"),
    path("requisitions/<uuid:pk>/slate/", slates.new, name="slate_new"),
    path("requisitions/<uuid:pk>/screen-outs/", screen_outs.screen_outs, name="screen_outs"),
    path("screen-outs/<uuid:pk>/undoing/", screen_outs.undoing, name="screen_out_undoing"),
]

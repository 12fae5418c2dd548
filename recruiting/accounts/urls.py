"""People and clients, and allauth's pages below /accounts/ but for those that are not offered."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView

from recruiting.accounts.views import clients, invitations, people

_elsewhere = RedirectView.as_view(pattern_name="preferences")
"""A person has the one address that she was invited by, and single sign-on needs no managing."""

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^accounts/(?:email|confirm-email|3rdparty)/$", _elsewhere),
    re_path(r"^accounts/(?:confirm-email|3rdparty/signup|social)/", _elsewhere),
    path("accounts/", include("allauth.urls")),
    path("people/", people.people, name="people"),
    path("people/invite/", invitations.invitation_new, name="invitation_new"),
    path("people/invitations/", invitations.invitations, name="invitations"),
    path(
        "people/invitations/<uuid:pk>/again/",
        invitations.invitation_again,
        name="invitation_again",
    ),
    path(
        "people/invitations/<uuid:pk>/revocation/",
        invitations.invitation_revocation,
        name="invitation_revocation",
    ),
    path("people/<uuid:pk>/", people.person, name="person"),
    path("people/<uuid:pk>/edit/", people.person_edit, name="person_edit"),
    path("people/<uuid:pk>/memberships/", people.memberships, name="memberships"),
    path("people/<uuid:pk>/memberships/<uuid:client_pk>/", people.membership, name="membership"),
    path(
        "people/<uuid:pk>/memberships/<uuid:client_pk>/ending/",
        people.membership_ending,
        name="membership_ending",
    ),
    path("people/<uuid:pk>/deactivation/", people.deactivation, name="deactivation"),
    path("people/<uuid:pk>/reactivation/", people.reactivation, name="reactivation"),
    path("people/<uuid:pk>/promotion/", people.promotion, name="promotion"),
    path("people/<uuid:pk>/demotion/", people.demotion, name="demotion"),
    path("clients/", clients.clients, name="clients"),
    path("clients/new/", clients.client_new, name="client_new"),
    path("clients/<uuid:pk>/", clients.client, name="client"),
]

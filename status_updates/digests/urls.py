from django.urls import path

from status_updates.digests import preview_views, views

urlpatterns = [
    path("digests/", views.digests, name="digests"),
    path("digests/preview/", preview_views.digest_preview, name="digest_preview"),
    path("digests/preview/body/", preview_views.digest_preview_body, name="digest_preview_body"),
    path("digests/preview/hold/", preview_views.digest_hold, name="digest_hold"),
    path("digests/preview/release/", preview_views.digest_release, name="digest_release"),
    path("digests/preview/sending/", preview_views.digest_sending, name="digest_sending"),
    path(
        "digests/suspensions/<uuid:pk>/lifting/",
        views.suspension_lifting,
        name="suspension_lifting",
    ),
    path("digests/<uuid:pk>/", views.digest, name="digest"),
    path("digests/<uuid:pk>/body/", views.digest_body, name="digest_body"),
]

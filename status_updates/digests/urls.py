from django.urls import path

from status_updates.digests import views

urlpatterns = [
    path("digests/", views.digests, name="digests"),
    path("digests/preview/", views.digest_preview, name="digest_preview"),
    path("digests/preview/body/", views.digest_preview_body, name="digest_preview_body"),
    path(
        "digests/suspensions/<uuid:pk>/lifting/",
        views.suspension_lifting,
        name="suspension_lifting",
    ),
    path("digests/<uuid:pk>/", views.digest, name="digest"),
    path("digests/<uuid:pk>/body/", views.digest_body, name="digest_body"),
]

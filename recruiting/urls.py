from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("recruiting.accounts.urls")),
    path("requisitions/import/", include("requisitions.importing.urls")),
    path("", include("recruiting.mailing.urls")),
    path("", include("status_updates.digests.urls")),
    path("", include("requisitions.urls")),
    path("", include("intake.urls")),
    path("", include("recruiting.approvals.urls")),
    path("", include("recruiting.dashboards.urls")),
]

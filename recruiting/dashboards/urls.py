from django.urls import path

from recruiting.dashboards import health
from recruiting.dashboards.views import (
    bulk,
    home,
    manager_home,
    preferences,
    requisition,
    requisition_list,
    saved_views,
)

urlpatterns = [
    path("preferences/", preferences.preferences, name="preferences"),
    path("preferences/signing-out/", preferences.signing_out, name="signing_out"),
    path("", home.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("requisitions/", requisition_list.requisitions, name="requisitions"),
    path("requisitions/export.csv", requisition_list.as_csv, name="requisitions_csv"),
    path("requisitions/export.xlsx", requisition_list.as_xlsx, name="requisitions_xlsx"),
    path("requisitions/bulk/recruiter/", bulk.recruiter, name="bulk_recruiter"),
    path("requisitions/bulk/manager/", bulk.manager, name="bulk_manager"),
    path("requisitions/bulk/hold/", bulk.hold, name="bulk_hold"),
    path("requisitions/bulk/watching/", bulk.watch, name="bulk_watch"),
    path("requisitions/bulk/unwatching/", bulk.unwatch, name="bulk_unwatch"),
    path("requisitions/bulk/<uuid:pk>/", bulk.bulk_action, name="bulk_action"),
    path("requisitions/bulk/<uuid:pk>/undoing/", bulk.undoing, name="bulk_undoing"),
    path("requisitions/views/", saved_views.saved_views, name="saved_views"),
    path("requisitions/views/<uuid:pk>/renaming/", saved_views.renaming, name="view_renaming"),
    path("requisitions/views/<uuid:pk>/deletion/", saved_views.deletion, name="view_deletion"),
    path("requisitions/views/<uuid:pk>/default/", saved_views.default, name="view_default"),
    path("visits/", manager_home.visits, name="visits"),
    path("requisitions/<uuid:pk>/", requisition.requisition, name="requisition"),
    path("requisitions/<uuid:pk>/checkpoints/", requisition.checkpoints, name="checkpoints"),
    path("checkpoints/<uuid:pk>/undoing/", requisition.undoing, name="checkpoint_undoing"),
    path("checkpoints/<uuid:pk>/correction/", requisition.correction, name="checkpoint_correction"),
]

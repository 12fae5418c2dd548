from django.urls import path

from recruiting.dashboards.views import manager_home, requisition

urlpatterns = [
    path("visits/", manager_home.visits, name="visits"),
    path("requisitions/<uuid:pk>/", requisition.requisition, name="requisition"),
    path("requisitions/<uuid:pk>/checkpoints/", requisition.checkpoints, name="checkpoints"),
    path("checkpoints/<uuid:pk>/undoing/", requisition.undoing, name="checkpoint_undoing"),
    path(
        "checkpoints/<uuid:pk>/correction/", requisition.correction, name="checkpoint_correction"
    ),
]

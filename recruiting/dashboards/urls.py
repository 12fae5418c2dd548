from django.urls import path

from recruiting.dashboards import health
from recruiting.dashboards.views import (
    conversation,
    home,
    manager_home,
    preferences,
    requisition,
    requisition_list,
)

urlpatterns = [
    path("preferences/", preferences.preferences, name="preferences"),
    path("preferences/signing-out/", preferences.signing_out, name="signing_out"),
    path("", home.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("requisitions/", requisition_list.requisitions, name="requisitions"),
    path("visits/", manager_home.visits, name="visits"),
    path("requisitions/<uuid:pk>/", requisition.requisition, name="requisition"),
    path("requisitions/<uuid:pk>/checkpoints/", requisition.checkpoints, name="checkpoints"),
    path("checkpoints/<uuid:pk>/undoing/", requisition.undoing, name="checkpoint_undoing"),
    path("checkpoints/<uuid:pk>/correction/", requisition.correction, name="checkpoint_correction"),
    path("requisitions/<uuid:pk>/notes/", conversation.notes, name="notes"),
    path("notes/<uuid:pk>/edit/", conversation.note_edit, name="note_edit"),
    path("notes/<uuid:pk>/history/", conversation.note_history, name="note_history"),
    path("notes/<uuid:pk>/withdrawal/", conversation.note_withdrawal, name="note_withdrawal"),
    path("notes/<uuid:pk>/restoration/", conversation.note_restoration, name="note_restoration"),
    path("questions/<uuid:pk>/answers/", conversation.answers, name="answers"),
    path("requisitions/<uuid:pk>/touchpoints/", conversation.touchpoints, name="touchpoints"),
    path(
        "touchpoints/<uuid:pk>/undoing/",
        conversation.touchpoint_undoing,
        name="touchpoint_undoing",
    ),
    path(
        "touchpoints/<uuid:pk>/correction/",
        conversation.touchpoint_correction,
        name="touchpoint_correction",
    ),
]

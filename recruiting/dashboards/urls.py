from django.urls import path

from recruiting.dashboards import health
from recruiting.dashboards.views import (
    home,
    manager_home,
    preferences,
    requisition,
    requisition_list,
    round_paste,
    rounds,
)

urlpatterns = [
    path("preferences/", preferences.preferences, name="preferences"),
    path("preferences/absences/", preferences.absences, name="absences"),
    path(
        "preferences/absences/<uuid:pk>/cancellation/",
        preferences.absence_cancellation,
        name="absence_cancellation",
    ),
    path("preferences/signing-out/", preferences.signing_out, name="signing_out"),
    path("", home.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("requisitions/", requisition_list.requisitions, name="requisitions"),
    path("round/", rounds.round_page, name="round"),
    path("round/<uuid:pk>/", rounds.row, name="round_row"),
    path("round/undoing/<uuid:pk>/", rounds.undoing, name="round_undoing"),
    path("round/paste/", round_paste.paste, name="round_paste"),
    path("round/paste/rows/", round_paste.rows, name="round_pasted"),
    path("visits/", manager_home.visits, name="visits"),
    path("requisitions/<uuid:pk>/", requisition.requisition, name="requisition"),
    path("requisitions/<uuid:pk>/checkpoints/", requisition.checkpoints, name="checkpoints"),
    path("checkpoints/<uuid:pk>/undoing/", requisition.undoing, name="checkpoint_undoing"),
    path("checkpoints/<uuid:pk>/correction/", requisition.correction, name="checkpoint_correction"),
]

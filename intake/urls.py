from django.urls import path

from intake.views import opening, room

urlpatterns = [
    path("requisitions/<uuid:pk>/opening/", opening.opening, name="requisition_opening"),
    path("requisitions/<uuid:pk>/intake/", room.room, name="intake"),
    path("requisitions/<uuid:pk>/intake/answers/<slug:key>/", room.answers, name="intake_answers"),
]

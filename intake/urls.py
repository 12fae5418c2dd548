from django.urls import path

from intake.views import meetings, opening, room, writing

urlpatterns = [
    path("requisitions/<uuid:pk>/opening/", opening.opening, name="requisition_opening"),
    path("requisitions/<uuid:pk>/intake/", room.room, name="intake"),
    path("requisitions/<uuid:pk>/intake/answers/<slug:key>/", room.answers, name="intake_answers"),
    path("requisitions/<uuid:pk>/intake/writing/", writing.signed_in, name="intake_writing"),
    path("mail/writing/<uuid:pk>/", writing.by_mail, name="intake_writing_by_mail"),
    path("mail/pre-read/<uuid:pk>/", writing.pre_read, name="intake_pre_read"),
    path("requisitions/<uuid:pk>/meeting/", meetings.meeting, name="meeting"),
    path("requisitions/<uuid:pk>/meeting/moving/", meetings.moving, name="meeting_moving"),
    path(
        "requisitions/<uuid:pk>/meeting/cancellation/",
        meetings.cancellation,
        name="meeting_cancellation",
    ),
    path(
        "requisitions/<uuid:pk>/meeting/writing/",
        meetings.request_in_writing,
        name="meeting_writing",
    ),
]

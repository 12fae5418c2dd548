from django.urls import path

from intake.views import brief_by_mail, briefs, opening, room

urlpatterns = [
    path("briefs/<uuid:pk>/", briefs.version, name="brief_version"),
    path("briefs/<uuid:pk>/withdrawal/", briefs.withdrawal, name="brief_withdrawal"),
    path("mail/brief/<uuid:pk>/", brief_by_mail.sign, name="brief_by_mail"),
    path("mail/contest/<uuid:pk>/", brief_by_mail.contest, name="contest_by_mail"),
    path("requisitions/<uuid:pk>/brief/", briefs.brief, name="brief"),
    path("requisitions/<uuid:pk>/brief/comparison/", briefs.comparison, name="brief_comparison"),
    path("requisitions/<uuid:pk>/brief/signature/", briefs.signature, name="brief_signature"),
    path("requisitions/<uuid:pk>/opening/", opening.opening, name="requisition_opening"),
    path("requisitions/<uuid:pk>/intake/", room.room, name="intake"),
    path("requisitions/<uuid:pk>/intake/answers/<slug:key>/", room.answers, name="intake_answers"),
]

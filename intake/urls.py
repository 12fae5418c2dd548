from django.urls import path

from intake.views import agendas, news, opening, room

urlpatterns = [
    path("requisitions/<uuid:pk>/opening/", opening.opening, name="requisition_opening"),
    path("requisitions/<uuid:pk>/intake/", room.room, name="intake"),
    path("requisitions/<uuid:pk>/intake/agenda/", agendas.agenda, name="intake_agenda"),
    path("requisitions/<uuid:pk>/intake/answers/<slug:key>/", room.answers, name="intake_answers"),
    path("requisitions/<uuid:pk>/intake/beginning/", room.beginning, name="intake_beginning"),
    path("requisitions/<uuid:pk>/intake/draft/", room.draft, name="intake_draft"),
    path("requisitions/<uuid:pk>/intake/news/", news.news, name="intake_news"),
    path("requisitions/<uuid:pk>/intake/presence/", news.presence, name="intake_presence"),
]

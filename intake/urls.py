from django.urls import path

from intake.views import (
    agendas,
    agreement,
    board,
    brief_by_mail,
    briefs,
    meetings,
    news,
    opening,
    preparation,
    room,
    writing,
)

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
    path("requisitions/<uuid:pk>/intake/agenda/", agendas.agenda, name="intake_agenda"),
    path("requisitions/<uuid:pk>/intake/answers/<slug:key>/", room.answers, name="intake_answers"),
    path("requisitions/<uuid:pk>/intake/actions/", board.actions, name="intake_actions"),
    path("requisitions/<uuid:pk>/intake/actions/<uuid:row>/", board.action, name="intake_action"),
    path(
        "requisitions/<uuid:pk>/intake/actions/<uuid:row>/removal/",
        board.removal,
        {"kind": "action"},
        name="intake_action_removal",
    ),
    path(
        "requisitions/<uuid:pk>/intake/actions/<uuid:row>/restoration/",
        board.restoration,
        {"kind": "action"},
        name="intake_action_restoration",
    ),
    path("requisitions/<uuid:pk>/intake/agreement/", agreement.agreement, name="intake_agreement"),
    path(
        "requisitions/<uuid:pk>/intake/preparation/",
        preparation.preparation,
        name="intake_preparation",
    ),
    path(
        "requisitions/<uuid:pk>/intake/requirements/",
        board.requirements,
        name="intake_requirements",
    ),
    path(
        "requisitions/<uuid:pk>/intake/requirements/<uuid:row>/",
        board.requirement,
        name="intake_requirement",
    ),
    path(
        "requisitions/<uuid:pk>/intake/requirements/<uuid:row>/place/",
        board.placing,
        name="intake_requirement_place",
    ),
    path(
        "requisitions/<uuid:pk>/intake/requirements/<uuid:row>/removal/",
        board.removal,
        {"kind": "requirement"},
        name="intake_requirement_removal",
    ),
    path(
        "requisitions/<uuid:pk>/intake/requirements/<uuid:row>/restoration/",
        board.restoration,
        {"kind": "requirement"},
        name="intake_requirement_restoration",
    ),
    path(
        "requisitions/<uuid:pk>/intake/sections/<uuid:row>/", board.section, name="intake_section"
    ),
    path(
        "requisitions/<uuid:pk>/intake/sections/<uuid:row>/sentences/",
        board.sentences,
        name="intake_sentences",
    ),
    path("requisitions/<uuid:pk>/intake/beginning/", room.beginning, name="intake_beginning"),
    path("requisitions/<uuid:pk>/intake/draft/", room.draft, name="intake_draft"),
    path("requisitions/<uuid:pk>/intake/news/", news.news, name="intake_news"),
    path("requisitions/<uuid:pk>/intake/presence/", news.presence, name="intake_presence"),
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

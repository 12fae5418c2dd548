from django.urls import URLPattern, path

from recruiting.approvals.views import candidates, screen_outs, slates

urlpatterns: list[URLPattern] = [
    # --- candidates
    path("requisitions/<uuid:pk>/candidates/", candidates.listing, name="candidates"),
    path("requisitions/<uuid:pk>/candidates/new/", candidates.new, name="candidate_new"),
    path("submissions/<uuid:pk>/edit/", candidates.edit, name="submission_edit"),
    path("submissions/<uuid:pk>/removal/", candidates.removal, name="submission_removal"),
    path("submissions/<uuid:pk>/return/", candidates.coming_back, name="submission_return"),
    path("requisitions/<uuid:pk>/slate/", slates.new, name="slate_new"),
    path("requisitions/<uuid:pk>/screen-outs/", screen_outs.screen_outs, name="screen_outs"),
    path("screen-outs/<uuid:pk>/undoing/", screen_outs.undoing, name="screen_out_undoing"),
from recruiting.approvals.views import resumes, review, slate_by_mail

urlpatterns: list[URLPattern] = [
    # --- files
    path("submissions/<uuid:pk>/resume/", resumes.original, name="resume"),
    path("submissions/<uuid:pk>/resume/pages/<int:number>/", resumes.page, name="resume_page"),
    # --- review
    path("requisitions/<uuid:pk>/review/", review.review, name="review"),
    path("submissions/<uuid:pk>/decision/", review.decision, name="decision"),
    path("submissions/<uuid:pk>/decision/undoing/", review.undoing, name="decision_undoing"),
    path("submissions/<uuid:pk>/decision/proposal/", review.proposal, name="decision_proposal"),
    path("submissions/<uuid:pk>/questions/", review.questions, name="candidate_questions"),
    path("questions/<uuid:pk>/answer/", review.answer, name="question_answer"),
    path("mail/slate/<uuid:pk>/", slate_by_mail.slate, name="slate_by_mail"),
    path(
        "mail/slate/<uuid:pk>/<uuid:submission>/decision/",
        slate_by_mail.decision,
        name="decision_by_mail",
    ),
    path(
        "mail/slate/<uuid:pk>/<uuid:submission>/decision/undoing/",
        slate_by_mail.undoing,
        name="decision_undoing_by_mail",
    ),
    path(
        "mail/slate/<uuid:pk>/<uuid:submission>/decision/proposal/",
        slate_by_mail.proposal,
        name="decision_proposal_by_mail",
    ),
    path(
        "mail/slate/<uuid:pk>/<uuid:submission>/questions/",
        slate_by_mail.questions,
        name="candidate_questions_by_mail",
    ),
    path(
        "mail/slate/<uuid:pk>/<uuid:submission>/resume/",
        slate_by_mail.resume,
        name="resume_by_mail",
    ),
    path(
        "mail/slate/<uuid:pk>/<uuid:submission>/resume/pages/<int:number>/",
        slate_by_mail.resume_page,
        name="resume_page_by_mail",
    ),
    path("mail/decisions/<uuid:pk>/", slate_by_mail.contest, name="decisions_contest_by_mail"),
]

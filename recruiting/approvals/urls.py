from django.urls import URLPattern, path

from recruiting.approvals.views import (
    candidates,
    feedback,
    impact,
    interviews,
    offers,
    personal_data,
    resumes,
    review,
    screen_outs,
    slate_by_mail,
    slates,
    submissions,
)

urlpatterns: list[URLPattern] = [
    # --- ball
    path("requisitions/<uuid:pk>/impact/", impact.impact, name="impact"),
    path(
        "requisitions/<uuid:pk>/impact/<uuid:requirement>/amendment/",
        impact.amendment,
        name="impact_amendment",
    ),
    # --- candidates
    path("requisitions/<uuid:pk>/candidates/", candidates.listing, name="candidates"),
    path("requisitions/<uuid:pk>/candidates/new/", candidates.new, name="candidate_new"),
    path("submissions/<uuid:pk>/edit/", candidates.edit, name="submission_edit"),
    path("submissions/<uuid:pk>/removal/", candidates.removal, name="submission_removal"),
    path("submissions/<uuid:pk>/return/", candidates.coming_back, name="submission_return"),
    path("requisitions/<uuid:pk>/slate/", slates.new, name="slate_new"),
    path("requisitions/<uuid:pk>/screen-outs/", screen_outs.screen_outs, name="screen_outs"),
    path("screen-outs/<uuid:pk>/undoing/", screen_outs.undoing, name="screen_out_undoing"),
    # --- files
    path("submissions/<uuid:pk>/resume/", resumes.original, name="resume"),
    path("submissions/<uuid:pk>/resume/pages/<int:number>/", resumes.page, name="resume_page"),
    path("candidates/<uuid:pk>/export/", personal_data.exporting, name="candidate_export"),
    path("candidates/<uuid:pk>/erasure/", personal_data.erasing, name="candidate_erasure"),
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
    # --- after
    path("submissions/<uuid:pk>/", submissions.submission, name="submission"),
    path("submissions/<uuid:pk>/parking/", submissions.parking, name="parking"),
    path(
        "submissions/<uuid:pk>/parking/ending/", submissions.parking_ending, name="parking_ending"
    ),
    path("submissions/<uuid:pk>/withdrawal/", submissions.withdrawal, name="withdrawal"),
    path(
        "submissions/<uuid:pk>/withdrawal/undoing/",
        submissions.withdrawal_undoing,
        name="withdrawal_undoing",
    ),
    path("submissions/<uuid:pk>/interviews/", interviews.interviews, name="interviews"),
    path("submissions/<uuid:pk>/offers/", offers.offers, name="offers"),
    path("interviews/<uuid:pk>/moving/", interviews.moving, name="interview_moving"),
    path(
        "interviews/<uuid:pk>/cancellation/", interviews.cancellation, name="interview_cancellation"
    ),
    path("interviews/<uuid:pk>/held/", interviews.held, name="interview_held"),
    path(
        "interviews/<uuid:pk>/held/undoing/", interviews.held_undoing, name="interview_held_undoing"
    ),
    path("interviews/<uuid:pk>/feedback/", feedback.feedback, name="feedback"),
    path("interviews/<uuid:pk>/feedback/undoing/", feedback.undoing, name="feedback_undoing"),
    path("offers/<uuid:pk>/answer/", offers.answer, name="offer_answer"),
    path("offers/<uuid:pk>/answer/undoing/", offers.answer_undoing, name="offer_answer_undoing"),
    path("offers/<uuid:pk>/undoing/", offers.undoing, name="offer_undoing"),
    path("mail/feedback/<uuid:pk>/", feedback.by_mail, name="feedback_by_mail"),
]

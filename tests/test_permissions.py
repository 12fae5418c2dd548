"""Who may do what: every address by every role, with one's own client's objects and another's.

The objects are Acme's. The last two columns are people of another client, for whom they do not
exist. A POST sends nothing, so that a form which may be used answers 422 and names what it misses.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import Client as Browser
from django.urls import URLResolver, get_resolver

from recruiting.accounts.models import User
from tests.fixtures.world import World

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database,
    pytest.mark.usefixtures("clock", "drawn_as_it_is"),
]
ROLES = (
    "anonymous", "manager", "watcher", "recruiter", "lead", "other_recruiter", "other_manager",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """An address and what each role gets for GET and for POST, in the order of `ROLES`."""

    name: str
    get: str
    post: str

    def expected(self, method: str, role: str) -> int:
        codes = getattr(self, method).replace("|", "").split()
        return int(codes[ROLES.index(role)])


# fmt: off
# ruff: noqa: E501 - a table reads best as one
TABLE = [
    # anonymous, manager, watcher, recruiter, lead | recruiter and manager of another client
    Row("absence_cancellation", "302 405 405 405 405 | 405 405", "302 302 404 404 404 | 404 404"),
    Row("absences", "302 405 405 405 405 | 405 405", "302 422 422 422 422 | 422 422"),
    Row("account_change_password", "302 200 200 200 200 | 200 200", "302 200 200 200 200 | 200 200"),
    Row("account_confirm_email", "302 302 302 302 302 | 302 302", "302 302 302 302 302 | 302 302"),
    Row("account_confirm_login_code", "302 302 302 302 302 | 302 302", "302 302 302 302 302 | 302 302"),
    Row("account_email", "302 302 302 302 302 | 302 302", "302 302 302 302 302 | 302 302"),
    Row("account_email_verification_sent", "302 302 302 302 302 | 302 302", "302 302 302 302 302 | 302 302"),
    Row("account_inactive", "200 200 200 200 200 | 200 200", "405 405 405 405 405 | 405 405"),
    Row("account_login", "200 302 302 302 302 | 302 302", "200 302 302 302 302 | 302 302"),
    Row("account_logout", "302 200 200 200 200 | 200 200", "302 302 302 302 302 | 302 302"),
    Row("account_reauthenticate", "302 200 200 200 200 | 200 200", "302 200 200 200 200 | 200 200"),
    Row("account_request_login_code", "200 302 302 302 302 | 302 302", "200 302 302 302 302 | 302 302"),
    Row("account_reset_password", "200 200 200 200 200 | 200 200", "200 200 200 200 200 | 200 200"),
    Row("account_reset_password_done", "200 200 200 200 200 | 200 200", "405 405 405 405 405 | 405 405"),
    Row("account_reset_password_from_key", "200 200 200 200 200 | 200 200", "200 200 200 200 200 | 200 200"),
    Row("account_reset_password_from_key_done", "200 200 200 200 200 | 200 200", "405 405 405 405 405 | 405 405"),
    Row("account_set_password", "302 302 302 302 302 | 302 302", "302 302 302 302 302 | 302 302"),
    Row("account_signup", "200 302 302 302 302 | 302 302", "200 302 302 302 302 | 302 302"),
    Row("brief", "302 200 200 200 200 | 404 404", "302 405 405 405 405 | 405 405"),
    Row("brief_by_mail", "404 404 404 404 404 | 404 404", "404 404 404 404 404 | 404 404"),
    Row("brief_comparison", "302 200 200 200 200 | 404 404", "302 405 405 405 405 | 405 405"),
    Row("brief_signature", "302 405 405 405 405 | 405 405", "302 422 403 422 422 | 404 404"),
    Row("brief_version", "302 200 200 200 200 | 404 404", "302 405 405 405 405 | 405 405"),
    Row("brief_withdrawal", "302 405 405 405 405 | 405 405", "302 403 403 302 302 | 404 404"),
    Row("bulk_action", "302 403 403 200 404 | 404 403", "302 405 405 405 405 | 405 405"),
    Row("bulk_hold", "302 403 403 200 200 | 200 403", "302 403 403 422 422 | 422 403"),
    Row("bulk_manager", "302 403 403 200 200 | 200 403", "302 403 403 422 422 | 422 403"),
    Row("bulk_recruiter", "302 403 403 403 200 | 403 403", "302 403 403 403 422 | 403 403"),
    Row("bulk_undoing", "302 405 405 405 405 | 405 405", "302 403 403 302 404 | 404 403"),
    Row("bulk_unwatch", "302 403 403 200 200 | 200 403", "302 403 403 422 422 | 422 403"),
    Row("bulk_watch", "302 403 403 200 200 | 200 403", "302 403 403 422 422 | 422 403"),
    Row("activity", "302 403 403 403 200 | 403 403", "302 405 405 405 405 | 405 405"),
    Row("activity_looks", "302 405 405 405 405 | 405 405", "302 403 403 403 422 | 403 403"),
    Row("answers", "302 403 200 200 200 | 404 404", "302 403 422 422 422 | 404 404"),
    Row("checkpoint_correction", "302 403 403 200 200 | 404 403", "302 403 403 422 422 | 404 403"),
    Row("checkpoint_undoing", "302 405 405 405 405 | 405 405", "302 403 403 302 302 | 404 403"),
    Row("checkpoints", "302 405 405 405 405 | 405 405", "302 403 403 422 422 | 404 403"),
    Row("candidate_new", "302 403 403 200 200 | 404 403", "302 403 403 422 422 | 404 403"),
    Row("feedback", "302 405 405 405 405 | 405 405", "302 422 403 403 403 | 404 404"),
    Row("feedback_by_mail", "404 404 404 404 404 | 404 404", "404 404 404 404 404 | 404 404"),
    Row("feedback_undoing", "302 405 405 405 405 | 405 405", "302 302 403 403 403 | 404 404"),
    Row("interview_cancellation", "302 405 405 405 405 | 405 405", "302 403 403 422 422 | 404 403"),
    Row("interview_held", "302 405 405 405 405 | 405 405", "302 403 403 409 409 | 404 403"),
    Row("interview_held_undoing", "302 405 405 405 405 | 405 405", "302 403 403 302 302 | 404 403"),
    Row("interview_moving", "302 405 405 405 405 | 405 405", "302 403 403 409 409 | 404 403"),
    Row("interviews", "302 405 405 405 405 | 405 405", "302 403 403 422 422 | 404 403"),
    Row("offer_answer", "302 405 405 405 405 | 405 405", "302 403 403 422 422 | 404 403"),
    Row("offer_answer_undoing", "302 405 405 405 405 | 405 405", "302 403 403 302 302 | 404 403"),
    Row("offer_undoing", "302 405 405 405 405 | 405 405", "302 403 403 302 302 | 404 403"),
    Row("offers", "302 405 405 405 405 | 405 405", "302 403 403 422 422 | 404 403"),
    Row("parking", "302 405 405 405 405 | 405 405", "302 403 403 302 302 | 404 403"),
    Row("parking_ending", "302 405 405 405 405 | 405 405", "302 403 403 302 302 | 404 403"),
    Row("submission", "302 200 200 200 200 | 404 404", "302 405 405 405 405 | 405 405"),
    Row("withdrawal", "302 405 405 405 405 | 405 405", "302 403 403 422 422 | 404 403"),
    Row("withdrawal_undoing", "302 405 405 405 405 | 405 405", "302 403 403 302 302 | 404 403"),
    Row("candidates", "302 200 200 200 200 | 404 404", "302 405 405 405 405 | 405 405"),
    Row("client", "302 403 403 200 200 | 404 403", "302 405 405 405 405 | 405 405"),
    Row("client_activity", "302 403 403 200 200 | 404 403", "302 405 405 405 405 | 405 405"),
    Row("client_looks", "302 405 405 405 405 | 405 405", "302 403 403 422 422 | 404 403"),
    Row("client_agenda", "302 403 403 403 200 | 403 403", "302 403 403 403 422 | 403 403"),
    Row("client_agenda_undoing", "302 405 405 405 405 | 405 405", "302 403 403 403 302 | 403 403"),
    Row("client_closing_removal", "302 405 405 405 405 | 405 405", "302 403 403 403 302 | 403 403"),
    Row("client_closing_return", "302 405 405 405 405 | 405 405", "302 403 403 403 302 | 403 403"),
    Row("client_closings", "302 405 405 405 405 | 405 405", "302 403 403 403 422 | 403 403"),
    Row("client_settings", "302 403 403 403 200 | 403 403", "302 403 403 403 422 | 403 403"),
    Row("client_new", "302 403 403 200 200 | 200 403", "302 403 403 422 422 | 422 403"),
    Row("clients", "302 403 403 200 200 | 200 403", "302 405 405 405 405 | 405 405"),
    Row("deactivation", "302 405 405 405 405 | 405 405", "302 403 403 403 302 | 403 403"),
    Row("demotion", "302 405 405 405 405 | 405 405", "302 403 403 403 302 | 403 403"),
    Row("contest_by_mail", "404 404 404 404 404 | 404 404", "404 404 404 404 404 | 404 404"),
    Row("desk_answers", "302 405 405 405 405 | 405 405", "302 403 403 422 422 | 404 403"),
    Row("desk_checkpoints", "302 405 405 405 405 | 405 405", "302 403 403 422 422 | 404 403"),
    Row("desk_extension", "302 405 405 405 405 | 405 405", "302 403 403 422 422 | 404 403"),
    Row("desk_item", "302 403 403 200 200 | 404 403", "302 405 405 405 405 | 405 405"),
    Row("desk_opening", "302 405 405 405 405 | 405 405", "302 403 403 422 422 | 404 403"),
    Row("desk_resumption", "302 405 405 405 405 | 405 405", "302 403 403 409 409 | 404 403"),
    Row("digest", "302 200 404 200 200 | 404 404", "302 405 405 405 405 | 405 405"),
    Row("digest_body", "302 200 404 200 200 | 404 404", "302 405 405 405 405 | 405 405"),
    Row("digest_hold", "302 403 403 405 405 | 405 403", "302 403 403 422 422 | 404 403"),
    Row("digest_preview", "302 403 403 200 200 | 404 403", "302 403 403 422 422 | 404 403"),
    Row("digest_preview_body", "302 403 403 200 200 | 404 403", "302 403 403 405 405 | 405 403"),
    Row("digest_release", "302 403 403 405 405 | 405 403", "302 403 403 302 302 | 404 403"),
    Row("digest_sending", "302 403 403 200 200 | 404 403", "302 403 403 422 422 | 404 403"),
    Row("digests", "302 200 200 200 200 | 200 200", "302 405 405 405 405 | 405 405"),
    Row("handover", "302 403 403 403 200 | 403 403", "302 403 403 403 422 | 403 403"),
    Row("healthz", "200 200 200 200 200 | 200 200", "405 405 405 405 405 | 405 405"),
    Row("help", "302 200 200 200 200 | 200 200", "302 405 405 405 405 | 405 405"),
    Row("help_topic", "302 200 200 200 200 | 200 200", "302 405 405 405 405 | 405 405"),
    Row("hint_dismissal", "302 405 405 405 405 | 405 405", "302 302 302 302 302 | 302 302"),
    Row("hold_restoration", "302 405 405 405 405 | 405 405", "302 403 403 302 302 | 404 403"),
    Row("home", "302 200 200 200 200 | 200 200", "302 405 405 405 405 | 405 405"),
    Row("intake", "302 200 200 200 200 | 404 404", "302 405 405 405 405 | 405 405"),
    Row("intake_answers", "302 405 405 405 405 | 405 405", "302 422 403 422 422 | 404 404"),
    Row("intake_pre_read", "404 404 404 404 404 | 404 404", "404 404 404 404 404 | 404 404"),
    Row("intake_writing", "302 200 403 200 200 | 404 404", "302 302 403 302 302 | 404 404"),
    Row("intake_writing_by_mail", "404 404 404 404 404 | 404 404", "404 404 404 404 404 | 404 404"),
    Row("intake_action", "302 405 405 405 405 | 405 405", "302 422 403 422 422 | 404 404"),
    Row("intake_action_removal", "302 405 405 405 405 | 405 405", "302 302 403 302 302 | 404 404"),
    Row("intake_action_restoration", "302 405 405 405 405 | 405 405", "302 302 403 302 302 | 404 404"),
    Row("intake_actions", "302 405 405 405 405 | 405 405", "302 422 403 422 422 | 404 404"),
    Row("intake_agreement", "302 405 405 405 405 | 405 405", "302 422 403 422 422 | 404 404"),
    Row("intake_preparation", "302 200 403 200 200 | 404 404", "302 422 403 422 422 | 404 404"),
    Row("impact", "302 200 200 200 200 | 404 404", "302 405 405 405 405 | 405 405"),
    Row("impact_amendment", "302 405 405 405 405 | 405 405", "302 302 403 302 302 | 404 404"),
    Row("intake_requirement", "302 405 405 405 405 | 405 405", "302 422 403 422 422 | 404 404"),
    Row("intake_requirement_place", "302 405 405 405 405 | 405 405", "302 422 403 422 422 | 404 404"),
    Row("intake_requirement_removal", "302 405 405 405 405 | 405 405", "302 302 403 302 302 | 404 404"),
    Row("intake_requirement_restoration", "302 405 405 405 405 | 405 405", "302 302 403 302 302 | 404 404"),
    Row("intake_requirements", "302 405 405 405 405 | 405 405", "302 422 403 422 422 | 404 404"),
    Row("intake_section", "302 405 405 405 405 | 405 405", "302 422 403 422 422 | 404 404"),
    Row("intake_sentences", "302 405 405 405 405 | 405 405", "302 422 403 422 422 | 404 404"),
    Row("intake_agenda", "302 200 403 200 200 | 404 404", "302 422 403 422 422 | 404 404"),
    Row("intake_beginning", "302 405 405 405 405 | 405 405", "302 302 403 302 302 | 404 404"),
    Row("intake_draft", "302 200 200 200 200 | 404 404", "302 405 405 405 405 | 405 405"),
    Row("intake_news", "302 200 200 200 200 | 404 404", "302 405 405 405 405 | 405 405"),
    Row("intake_presence", "302 405 405 405 405 | 405 405", "302 204 204 204 204 | 404 404"),
    Row("invitation_again", "302 405 405 405 405 | 405 405", "302 403 403 302 302 | 404 403"),
    Row("invitation_new", "302 403 403 200 200 | 200 403", "302 403 403 422 422 | 422 403"),
    Row("invitation_revocation", "302 405 405 405 405 | 405 405", "302 403 403 302 302 | 404 403"),
    Row("invitations", "302 403 403 200 200 | 200 403", "302 405 405 405 405 | 405 405"),
    Row("mail_desk", "302 403 403 403 200 | 403 403", "302 405 405 405 405 | 405 405"),
    Row("mail_release", "302 405 405 405 405 | 405 405", "302 403 403 403 422 | 403 403"),
    Row("mail_resending", "302 403 403 403 200 | 403 403", "302 403 403 403 422 | 403 403"),
    Row("mail_suspension_lifting", "302 405 405 405 405 | 405 405", "302 403 403 403 302 | 403 403"),
    Row("mail_resumption", "302 405 405 405 405 | 405 405", "302 404 404 404 404 | 404 404"),
    Row("mail_stop", "302 405 405 405 405 | 405 405", "302 404 404 404 404 | 404 404"),
    Row("mail_wishes", "302 200 200 200 200 | 200 200", "302 405 405 405 405 | 405 405"),
    Row("mail_link", "302 302 403 403 403 | 403 403", "405 405 405 405 405 | 405 405"),
    Row("meeting", "302 403 403 200 200 | 404 403", "302 403 403 409 409 | 404 403"),
    Row("meeting_cancellation", "302 405 405 405 405 | 405 405", "302 403 403 422 422 | 404 403"),
    Row("meeting_moving", "302 405 405 405 405 | 405 405", "302 403 403 409 409 | 404 403"),
    Row("meeting_writing", "302 405 405 405 405 | 405 405", "302 403 403 422 422 | 404 403"),
    Row("membership", "302 405 405 405 405 | 405 405", "302 403 403 403 302 | 403 403"),
    Row("membership_ending", "302 405 405 405 405 | 405 405", "302 403 403 403 302 | 403 403"),
    Row("memberships", "302 405 405 405 405 | 405 405", "302 403 403 403 422 | 403 403"),
    Row("mfa_activate_totp", "302 302 302 302 302 | 302 302", "302 302 302 302 302 | 302 302"),
    Row("mfa_add_webauthn", "302 302 302 302 302 | 302 302", "302 302 302 302 302 | 302 302"),
    Row("mfa_authenticate", "302 302 302 302 302 | 302 302", "302 302 302 302 302 | 302 302"),
    Row("mfa_deactivate_totp", "302 404 404 404 404 | 404 404", "302 404 404 404 404 | 404 404"),
    Row("mfa_download_recovery_codes", "302 404 404 404 404 | 404 404", "302 404 404 404 404 | 404 404"),
    Row("mfa_edit_webauthn", "302 302 302 302 302 | 302 302", "302 302 302 302 302 | 302 302"),
    Row("mfa_generate_recovery_codes", "302 302 302 302 302 | 302 302", "302 302 302 302 302 | 302 302"),
    Row("mfa_index", "302 200 200 200 200 | 200 200", "302 405 405 405 405 | 405 405"),
    Row("mfa_list_webauthn", "302 200 200 200 200 | 200 200", "302 405 405 405 405 | 405 405"),
    Row("mfa_login_webauthn", "302 302 302 302 302 | 302 302", "302 302 302 302 302 | 302 302"),
    Row("mfa_reauthenticate", "302 302 302 302 302 | 302 302", "302 302 302 302 302 | 302 302"),
    Row("mfa_reauthenticate_webauthn", "302 302 302 302 302 | 302 302", "302 302 302 302 302 | 302 302"),
    Row("mfa_remove_webauthn", "302 302 302 302 302 | 302 302", "302 302 302 302 302 | 302 302"),
    Row("mfa_view_recovery_codes", "302 404 404 404 404 | 404 404", "302 405 405 405 405 | 405 405"),
    Row("note_edit", "302 403 403 200 200 | 404 404", "302 403 403 422 422 | 404 404"),
    Row("note_history", "302 200 200 200 200 | 404 404", "302 405 405 405 405 | 405 405"),
    Row("note_restoration", "302 405 405 405 405 | 405 405", "302 403 403 302 302 | 404 404"),
    Row("note_withdrawal", "302 405 405 405 405 | 405 405", "302 403 403 302 302 | 404 404"),
    Row("notes", "302 405 405 405 405 | 405 405", "302 422 422 422 422 | 404 404"),
    Row("notification_opening", "302 405 405 405 405 | 405 405", "302 403 403 302 404 | 404 403"),
    Row("notification_unreading", "302 405 405 405 405 | 405 405", "302 403 403 302 404 | 404 403"),
    Row("notification_wishes", "302 403 403 200 200 | 200 403", "302 403 403 422 422 | 422 403"),
    Row("notifications", "302 403 403 200 200 | 200 403", "302 405 405 405 405 | 405 405"),
    Row("notifications_reading", "302 405 405 405 405 | 405 405", "302 403 403 302 302 | 302 403"),
    Row("notifications_unread", "286 403 403 200 204 | 204 403", "405 405 405 405 405 | 405 405"),
    Row("openid_connect_callback", "404 404 404 404 404 | 404 404", "404 404 404 404 404 | 404 404"),
    Row("openid_connect_login", "404 404 404 404 404 | 404 404", "404 404 404 404 404 | 404 404"),
    Row("outbox", "404 404 404 404 404 | 404 404", "405 405 405 405 405 | 405 405"),
    Row("outbox_body", "404 404 404 404 404 | 404 404", "405 405 405 405 405 | 405 405"),
    Row("outbox_mail", "404 404 404 404 404 | 404 404", "405 405 405 405 405 | 405 405"),
    Row("people", "302 403 403 200 200 | 200 403", "302 405 405 405 405 | 405 405"),
    Row("person", "302 403 403 200 200 | 404 403", "302 405 405 405 405 | 405 405"),
    Row("person_edit", "302 403 403 403 200 | 403 403", "302 403 403 403 422 | 403 403"),
    Row("preferences", "302 200 200 200 200 | 200 200", "302 422 422 422 422 | 422 422"),
    Row("promise_move_undoing", "302 405 405 405 405 | 405 405", "302 403 403 302 302 | 404 403"),
    Row("promise_moving", "302 405 405 405 405 | 405 405", "302 403 403 422 422 | 404 403"),
    Row("promotion", "302 405 405 405 405 | 405 405", "302 403 403 403 302 | 403 403"),
    Row("reactivation", "302 405 405 405 405 | 405 405", "302 403 403 403 302 | 403 403"),
    Row("readyz", "200 200 200 200 200 | 200 200", "405 405 405 405 405 | 405 405"),
    Row("candidate_erasure", "302 403 403 200 200 | 404 403", "302 403 403 422 422 | 404 403"),
    Row("candidate_export", "302 405 405 405 405 | 405 405", "302 403 403 200 200 | 404 403"),
    Row("resume", "302 200 200 200 200 | 404 404", "302 405 405 405 405 | 405 405"),
    Row("resume_page", "302 200 200 200 200 | 404 404", "302 405 405 405 405 | 405 405"),
    Row("requisition", "302 200 200 200 200 | 404 404", "302 405 405 405 405 | 405 405"),
    Row("requisition_activity", "302 200 200 200 200 | 404 404", "302 405 405 405 405 | 405 405"),
    Row("requisition_looks", "302 405 405 405 405 | 405 405", "302 422 422 422 422 | 404 404"),
    Row("requisition_cancellation", "302 403 403 200 200 | 404 403", "302 403 403 422 422 | 404 403"),
    Row("requisition_edit", "302 403 403 200 200 | 404 403", "302 403 403 422 422 | 404 403"),
    Row("requisition_hold", "302 403 403 200 200 | 404 403", "302 403 403 422 422 | 404 403"),
    Row("requisition_import", "302 403 403 200 200 | 200 403", "302 403 403 422 422 | 422 403"),
    Row("requisition_import_columns", "302 403 403 200 200 | 404 403", "302 403 403 422 422 | 404 403"),
    Row("requisition_import_preview", "302 403 403 200 200 | 404 403", "302 403 403 409 409 | 404 403"),
    Row("requisition_import_report", "302 403 403 200 200 | 404 403", "302 405 405 405 405 | 405 405"),
    Row("requisition_new", "302 403 403 200 200 | 200 403", "302 403 403 422 422 | 422 403"),
    Row("requisition_opening", "302 403 403 200 200 | 404 403", "302 403 403 422 422 | 404 403"),
    Row("requisition_reopening", "302 403 403 200 200 | 404 403", "302 403 403 422 422 | 404 403"),
    Row("requisition_resumption", "302 403 403 200 200 | 404 403", "302 403 403 409 409 | 404 403"),
    Row("requisition_watchers", "302 403 403 200 200 | 404 403", "302 403 403 422 422 | 404 403"),
    Row("requisitions", "302 200 200 200 200 | 200 200", "302 405 405 405 405 | 405 405"),
    Row("requisitions_csv", "302 403 403 200 200 | 200 403", "302 405 405 405 405 | 405 405"),
    Row("requisitions_xlsx", "302 403 403 200 200 | 200 403", "302 405 405 405 405 | 405 405"),
    Row("resubscription", "405 405 405 405 405 | 405 405", "404 404 404 404 404 | 404 404"),
    Row("round", "302 403 403 200 200 | 200 403", "302 405 405 405 405 | 405 405"),
    Row("round_paste", "302 403 403 200 200 | 200 403", "302 403 403 422 422 | 422 403"),
    Row("round_pasted", "302 405 405 405 405 | 405 405", "302 403 403 422 422 | 422 403"),
    Row("round_row", "302 405 405 405 405 | 405 405", "302 403 403 422 422 | 404 403"),
    Row("round_undoing", "302 405 405 405 405 | 405 405", "302 403 403 302 302 | 404 403"),
    Row("saved_views", "302 403 403 200 200 | 200 403", "302 403 403 422 422 | 422 403"),
    Row("screen_out_undoing", "302 405 405 405 405 | 405 405", "302 403 403 302 302 | 404 403"),
    Row("screen_outs", "302 403 403 200 200 | 404 403", "302 403 403 422 422 | 404 403"),
    Row("slate_new", "302 403 403 200 200 | 404 403", "302 403 403 422 422 | 404 403"),
    Row("review", "302 200 200 200 200 | 404 404", "302 405 405 405 405 | 405 405"),
    Row("decision", "302 405 405 405 405 | 405 405", "302 422 403 403 403 | 404 404"),
    Row("decision_undoing", "302 405 405 405 405 | 405 405", "302 404 403 403 403 | 404 404"),
    Row("decision_proposal", "302 405 405 405 405 | 405 405", "302 404 403 403 403 | 404 404"),
    Row("candidate_questions", "302 405 405 405 405 | 405 405", "302 422 403 403 403 | 404 404"),
    Row("question_answer", "302 403 403 200 200 | 404 403", "302 403 403 422 422 | 404 403"),
    Row("slate_by_mail", "404 404 404 404 404 | 404 404", "404 404 404 404 404 | 404 404"),
    Row("decision_by_mail", "404 404 404 404 404 | 404 404", "404 404 404 404 404 | 404 404"),
    Row("decision_undoing_by_mail", "404 404 404 404 404 | 404 404", "404 404 404 404 404 | 404 404"),
    Row("decision_proposal_by_mail", "404 404 404 404 404 | 404 404", "404 404 404 404 404 | 404 404"),
    Row("candidate_questions_by_mail", "404 404 404 404 404 | 404 404", "404 404 404 404 404 | 404 404"),
    Row("resume_by_mail", "404 404 404 404 404 | 404 404", "404 404 404 404 404 | 404 404"),
    Row("resume_page_by_mail", "404 404 404 404 404 | 404 404", "404 404 404 404 404 | 404 404"),
    Row("decisions_contest_by_mail", "404 404 404 404 404 | 404 404", "404 404 404 404 404 | 404 404"),
    Row("submission_edit", "302 403 403 200 200 | 404 403", "302 403 403 422 422 | 404 403"),
    Row("submission_removal", "302 405 405 405 405 | 405 405", "302 403 403 302 302 | 404 403"),
    Row("submission_return", "302 405 405 405 405 | 405 405", "302 403 403 302 302 | 404 403"),
    Row("signing_out", "302 405 405 405 405 | 405 405", "302 302 302 302 302 | 302 302"),
    Row("socialaccount_connections", "302 302 302 302 302 | 302 302", "302 302 302 302 302 | 302 302"),
    Row("socialaccount_login_cancelled", "200 200 200 200 200 | 200 200", "405 405 405 405 405 | 405 405"),
    Row("socialaccount_login_error", "302 401 401 401 401 | 401 401", "302 405 405 405 405 | 405 405"),
    Row("socialaccount_signup", "302 302 302 302 302 | 302 302", "302 302 302 302 302 | 302 302"),
    Row("suspension_lifting", "302 403 403 405 405 | 405 403", "302 403 403 302 302 | 404 403"),
    Row("touchpoint_correction", "302 403 403 200 200 | 404 403", "302 403 403 422 422 | 404 403"),
    Row("touchpoint_undoing", "302 405 405 405 405 | 405 405", "302 403 403 302 302 | 404 403"),
    Row("touchpoints", "302 405 405 405 405 | 405 405", "302 403 403 422 422 | 404 403"),
    Row("unsubscribe", "302 302 403 403 403 | 403 403", "200 200 403 403 403 | 403 403"),
    Row("unsubscribe_page", "404 404 404 404 404 | 404 404", "404 404 404 404 404 | 404 404"),
    Row("view_default", "302 405 405 405 405 | 405 405", "302 403 403 302 404 | 404 403"),
    Row("view_deletion", "302 405 405 405 405 | 405 405", "302 403 403 302 404 | 404 403"),
    Row("view_renaming", "302 405 405 405 405 | 405 405", "302 403 403 422 404 | 404 403"),
    Row("visits", "302 405 405 405 405 | 405 405", "302 302 302 302 302 | 302 302"),
    Row("wording_back", "302 405 405 405 405 | 405 405", "302 403 403 403 302 | 403 403"),
    Row("wording_off", "302 405 405 405 405 | 405 405", "302 403 403 403 302 | 403 403"),
    Row("wordings", "302 403 403 403 200 | 403 403", "302 403 403 403 422 | 403 403"),
    Row("wordings_undoing", "302 405 405 405 405 | 405 405", "302 403 403 403 302 | 403 403"),
    Row("watcher_removal", "302 405 405 405 405 | 405 405", "302 403 403 302 302 | 404 403"),
]
# fmt: on


def names_in(resolver: URLResolver) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names_in(pattern)
        elif pattern.name:
            yield pattern.name


def test_table_has_every_address_once() -> None:
    assert sorted(row.name for row in TABLE) == sorted(set(names_in(get_resolver())))


@pytest.fixture
def people(
    manager: User,
    watcher: User,
    recruiter: User,
    lead: User,
    other_recruiter: User,
    other_manager: User,
) -> dict[str, User]:
    return {
        "manager": manager,
        "watcher": watcher,
        "recruiter": recruiter,
        "lead": lead,
        "other_recruiter": other_recruiter,
        "other_manager": other_manager,
    }


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", ROLES)
def test_permissions(
    role: str,
    method: str,
    world: World,
    people: dict[str, User],
    sign_in: Callable[[User], Browser],
) -> None:
    answers = {}
    for row in TABLE:
        with transaction.atomic():
            browser = sign_in(people[role]) if role in people else Browser()
            answer = getattr(browser, method)(world.path(row.name))
            answers[row.name] = answer.status_code
            answer.getvalue()  # an export's file is closed at its end
            transaction.set_rollback(True)
    assert answers == {row.name: row.expected(method, role) for row in TABLE}

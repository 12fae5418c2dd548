"""The mails about getting in: invitations, sign-in codes, and word of changes to an account."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from recruiting.accounts.models import Invitation, User
from recruiting.accounts.models.invitations import KIND as INVITATION
from recruiting.accounts.models.people import ADDRESS_CHANGE
from recruiting.mailing import kinds, ledger
from recruiting.mailing.models import Mail
from recruiting.mailing.render import Rendered, render_mail

SIGN_IN = "sign-in"
CODE = "account/email/login_code"
RESET = "account/email/password_reset_key"
RESET_LASTS = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
CODE_LASTS = timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)

CHANGES = {
    "account/email/password_changed": "Your password was changed.",
    "account/email/password_reset": "Your password was set anew.",
    "account/email/password_set": "A password was set for your account.",
    "mfa/email/totp_activated": "Sign-in now asks for a code of an authenticator app.",
    "mfa/email/totp_deactivated": "Sign-in no longer asks for a code of an authenticator app.",
    "mfa/email/recovery_codes_generated": "New recovery codes were made for your account.",
    "mfa/email/webauthn_added": "A passkey or security key was added to your account.",
    "mfa/email/webauthn_removed": "A passkey or security key was removed from your account.",
    "socialaccount/email/account_connected": (
        "You can now sign in through your organisation's single sign-on."
    ),
}
"""allauth's notices that go out, and what they say."""


def queue_sign_in(
    user: User, template_prefix: str, context: Mapping[str, Any], *, now: datetime
) -> None:
    """Queue one of allauth's mails. Those that Same Page has no use for are left out."""
    if template_prefix == CODE:
        payload = {"mail": "sign_in_code", "code": context["code"]}
        expires_at = now + CODE_LASTS
    elif template_prefix == RESET:
        payload = {"mail": "password_reset", "path": context["password_reset_url"]}
        expires_at = now + RESET_LASTS
    elif template_prefix in CHANGES:
        payload = {"mail": "account_change", "change": CHANGES[template_prefix]}
        expires_at = None
    else:
        return
    with transaction.atomic():
        ledger.queue(
            SIGN_IN,
            recipient=user,
            period=uuid.uuid4().hex,
            payload=payload,
            expires_at=expires_at,
            now=now,
        )


def render_sign_in(batch: Sequence[Mail], now: datetime) -> dict[UUID, Rendered | kinds.Skip]:
    return {
        mail.pk: render_mail(
            mail.payload["mail"],
            {
                **mail.payload,
                "person": mail.recipient,
                "minutes": CODE_LASTS // timedelta(minutes=1),
                "days": RESET_LASTS.days,
            },
        )
        for mail in batch
    }


def render_address_changes(
    batch: Sequence[Mail], now: datetime
) -> dict[UUID, Rendered | kinds.Skip]:
    return {
        mail.pk: render_mail("address_change", {**mail.payload, "person": mail.recipient})
        for mail in batch
    }


def render_invitations(batch: Sequence[Mail], now: datetime) -> dict[UUID, Rendered | kinds.Skip]:
    invitations = _invitations(batch)
    return {mail.pk: _invitation(mail, invitations[mail.payload["invitation"]]) for mail in batch}


def still_invited(batch: Sequence[Mail], now: datetime) -> dict[UUID, kinds.Skip | kinds.Postpone]:
    invitations = _invitations(batch)
    return {
        mail.pk: kinds.Skip("The invitation was revoked.")
        for mail in batch
        if invitations[mail.payload["invitation"]].revoked_at
    }


def register() -> None:
    kinds.register(
        kinds.Kind(
            SIGN_IN,
            title="Sign-in code",
            render=render_sign_in,
            urgent=True,
            redact=True,
            despite_hold=True,
        )
    )
    kinds.register(
        kinds.Kind(
            ADDRESS_CHANGE, title="Change of address", render=render_address_changes, urgent=True
        )
    )
    kinds.register(
        kinds.Kind(
            INVITATION,
            title="Invitation",
            render=render_invitations,
            still_wanted=still_invited,
            urgent=True,
        )
    )


def _invitations(batch: Sequence[Mail]) -> dict[str, Invitation]:
    ids = [mail.payload["invitation"] for mail in batch]
    found = Invitation.objects.filter(pk__in=ids).select_related("invited_by", "client", "user")
    return {str(invitation.pk): invitation for invitation in found}


def _invitation(mail: Mail, invitation: Invitation) -> Rendered:
    email = mail.recipient.email
    sign_in = reverse("account_request_login_code")
    context = {
        "person": mail.recipient,
        "inviter": invitation.invited_by,
        "client": invitation.client,
        "knows_us": invitation.accepted_at and invitation.accepted_at <= invitation.created_at,
        "link": f"{settings.SITE_URL}{sign_in}?{urlencode({'email': email})}",
    }
    rendered = render_mail("invitation", context)
    return rendered.with_headers({"Reply-To": invitation.invited_by.email})

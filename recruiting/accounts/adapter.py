"""What Same Page wants otherwise than allauth does: nobody signs up by himself, every mail goes
through the ledger, and a sign-in that began before a person was shut out ends with it."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from recruiting.accounts import mails
from recruiting.accounts.models import Invitation, User

BEGUN = "sign_in_begun"
"""Session key: whose sign-in began, and in which session generation."""

SAID = {
    "account/messages/logged_in.txt": "",
    "account/messages/logged_out.txt": "",
    "account/messages/email_confirmed.txt": "",
    "account/messages/login_code_sent.txt": "A new code is on its way to {recipient}.",
    "account/messages/password_changed.txt": "Password changed.",
    "account/messages/password_set.txt": "Password set. You can sign in with it from now on.",
    "mfa/messages/totp_activated.txt": "From now on sign-in asks for a code of your app.",
    "mfa/messages/totp_deactivated.txt": "Sign-in no longer asks for a code of your app.",
    "mfa/messages/recovery_codes_generated.txt": "New recovery codes made. The old ones are void.",
    "mfa/messages/webauthn_added.txt": "Key added.",
    "mfa/messages/webauthn_removed.txt": "Key removed.",
}
"""allauth's messages in our words; an empty one is not shown."""


def confirm_address(user: User) -> None:
    """The person has shown that the address is hers: keep allauth's record of it in step."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This account is switched off. Ask the person who invited you.",
        "email_password_mismatch": (
            "Email and password don't match. Try again, or have a sign-in code mailed to you."
        ),
        "incorrect_code": "That is not the code. Take it from the newest mail.",
        "incorrect_password": "That is not your password.",
        "enter_current_password": "That is not your current password.",
        "invalid_password_reset": "This link has been used or is too old. Ask for a new one.",
        "too_many_login_attempts": "Too many tries. Wait a few minutes and try again.",
        "rate_limited": "Too many tries. Wait a few minutes and try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Whether sign-in may lead there. allauth's own breaks on what is no address at all."""
        try:
            return bool(super().is_safe_url(url or ""))
        except ValueError:
            return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("preferences")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Only the path: the mail puts the configured address in front, not the Host header."""
        return reverse("account_reset_password_from_key", kwargs=_key_parts(key))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        user = User.objects.active().filter(email=email.lower()).first()
        if user is None:
            return
        if template_prefix == mails.CODE:
            self.request.session[BEGUN] = _stamp(user)
        mails.queue_sign_in(user, template_prefix, context, now=timezone.now())

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        if message_template in SAID:
            words = SAID[message_template].format(**(message_context or {}))
            message_template, message = None, words
        super().add_message(request, level, message_template, message_context, extra_tags, message)

    def pre_login(self, request: HttpRequest, user: User, **hooks: Any) -> HttpResponse | None:  # type: ignore[override]
        """A code counts only for the session generation that it was mailed in."""
        refused = super().pre_login(request, user, **hooks)
        if refused:
            return refused
        records = get_authentication_records(request, user)
        if not records or records[-1]["method"] != "code":
            request.session[BEGUN] = _stamp(user)
        return None if _is_current(request, user) else _begin_again(request)

    def login(self, request: HttpRequest, user: User) -> None:  # type: ignore[override]
        """Asked again, since a second factor may have come in between."""
        if not user.is_active or not _is_current(request, user):
            raise ImmediateHttpResponse(_begin_again(request))
        del request.session[BEGUN]
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: User, **hooks: Any) -> HttpResponse:  # type: ignore[override]
        Invitation.accept_all(user, now=timezone.now())
        confirm_address(user)
        return super().post_login(request, user, **hooks)


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Single sign-on lets in who is known here by an address that the provider has verified."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[Any, str] | None:
        known: tuple[Any, str] | None = super().authenticate_by_email(sociallogin)
        if known:
            # allauth wipes the password of an unverified address; the provider has verified it.
            confirm_address(known[0])
        return known

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if sociallogin.state.get("process") == "connect":
            raise ImmediateHttpResponse(redirect("preferences"))
        verified = {one.email.lower() for one in sociallogin.email_addresses if one.verified}
        user = sociallogin.user if sociallogin.is_existing else None
        if isinstance(user, User) and user.email not in verified:
            raise ImmediateHttpResponse(render(request, "account/signup_closed.html"))


class SecondFactorAdapter(DefaultMFAAdapter):
    def build_totp_svg(self, url: str) -> str:
        """The drawing alone, to stand within a page: a page has no XML declaration in it."""
        svg: str = super().build_totp_svg(url)
        return svg[svg.index("<svg") :]


def _key_parts(key: str) -> dict[str, str]:
    uidb36, _, token = key.partition("-")
    return {"uidb36": uidb36, "key": token}


def _stamp(user: User) -> list[Any]:
    return [str(user.pk), user.session_generation]


def _is_current(request: HttpRequest, user: User) -> bool:
    return bool(request.session.get(BEGUN) == _stamp(user))


def _begin_again(request: HttpRequest) -> HttpResponse:
    request.session.flush()
    messages.error(request, "This sign-in is no longer valid. Begin again.")
    return redirect("account_login")

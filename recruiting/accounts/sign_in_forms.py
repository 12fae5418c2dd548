"""allauth's forms, said in our words. What they do stays theirs."""

from typing import Any, ClassVar

from allauth.account.forms import (
    ChangePasswordForm,
    ConfirmLoginCodeForm,
    LoginForm,
    ReauthenticateForm,
    RequestLoginCodeForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
)
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as MfaReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm


class PlainWords:
    """For allauth's forms: labels that stay, in our words, and no words that vanish on typing."""

    labels: ClassVar[dict[str, str]] = {}
    help_texts: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.help_texts.get(name, "")


class SignInForm(PlainWords, LoginForm):
    labels: ClassVar = {"login": "Email"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignInCodeForm(PlainWords, RequestLoginCodeForm):
    """The address of an invited person stands there already: the link in the mail names it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].initial = context.request.GET.get("email", "")


class ConfirmCodeForm(PlainWords, ConfirmLoginCodeForm):
    pass


class PasswordResetForm(PlainWords, ResetPasswordForm):
    pass


class _NewPassword(PlainWords):
    labels: ClassVar = {
        "oldpassword": "Current password",
        "password1": "New password",
        "password2": "New password again",
    }
    help_texts: ClassVar = {
        "password1": "At least 8 characters, not digits alone, and none that everybody uses."
    }


class PasswordChangeForm(_NewPassword, ChangePasswordForm):
    pass


class PasswordSetForm(_NewPassword, SetPasswordForm):
    pass


class PasswordFromKeyForm(_NewPassword, ResetPasswordKeyForm):
    pass


class ConfirmItIsYouForm(PlainWords, ReauthenticateForm):
    pass


class AppCodeForm(PlainWords, AuthenticateForm):
    pass


class AppCodeAgainForm(PlainWords, MfaReauthenticateForm):
    pass


class AppActivationForm(PlainWords, ActivateTOTPForm):
    labels: ClassVar = {"code": "Code of the app"}


class KeyAdditionForm(PlainWords, AddWebAuthnForm):
    labels: ClassVar = {"passwordless": "Sign in with it alone"}
    help_texts: ClassVar = {"passwordless": "A passkey then needs no password and no code."}

"""How a session finds its person."""

import uuid
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from recruiting.accounts.models import User


class PersonBackend(AuthenticationBackend):
    """allauth's backend; the person comes with the working card, whose zone every page needs."""

    def get_user(self, user_id: uuid.UUID | str) -> Any:
        user = User.objects.select_related("working_card").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

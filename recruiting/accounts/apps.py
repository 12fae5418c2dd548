from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "recruiting.accounts"
    label = "accounts"

    def ready(self) -> None:
        from recruiting.accounts import mails, notification_mail

        mails.register()
        notification_mail.register()

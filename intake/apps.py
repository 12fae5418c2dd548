from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "intake"

    def ready(self) -> None:
        from intake import mails, meeting_mail

        mails.register()
        meeting_mail.register()

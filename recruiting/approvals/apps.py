from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "recruiting.approvals"
    label = "approvals"

    def ready(self) -> None:
        from recruiting.approvals import slate_mails

        slate_mails.register()

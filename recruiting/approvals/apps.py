from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "recruiting.approvals"
    label = "approvals"

    def ready(self) -> None:
        from recruiting.approvals import interview_mail, slate_mails
        from recruiting.approvals.ledger import apart
        from requisitions import ledger

        slate_mails.register()
        interview_mail.register()
        ledger.register(apart)

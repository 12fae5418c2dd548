from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "recruiting.approvals"
    label = "approvals"

    def ready(self) -> None:
        from intake import evidence
        from recruiting.approvals import impact_page, interview_mail, slate_mails
        from recruiting.approvals.ledger import apart
        from requisitions import ledger

        evidence.register(impact_page.evidence_for)
        slate_mails.register()
        interview_mail.register()
        ledger.register(apart)

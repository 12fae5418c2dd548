from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "recruiting.approvals"
    label = "approvals"

    def ready(self) -> None:
        from intake import evidence
        from recruiting.approvals import impact_page, slate_mails

        evidence.register(impact_page.evidence_for)
        slate_mails.register()

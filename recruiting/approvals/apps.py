from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "recruiting.approvals"
    label = "approvals"

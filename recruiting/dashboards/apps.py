from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "recruiting.dashboards"
    label = "dashboards"

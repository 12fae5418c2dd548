from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "recruiting.dashboards"
    label = "dashboards"

    def ready(self) -> None:
        from recruiting.dashboards import round_up, weekly_summary

        round_up.register()
        weekly_summary.register()

from django.apps import AppConfig


class StatusUpdatesConfig(AppConfig):
    name = "status_updates"

    def ready(self) -> None:
        from status_updates.digests import mail, stand_ins

        mail.register()
        stand_ins.register()

from django.apps import AppConfig


class StatusUpdatesConfig(AppConfig):
    name = "status_updates"

    def ready(self) -> None:
        from requisitions.models import funnel
        from status_updates import nudges
        from status_updates.digests import mail, stand_ins
        from status_updates.models.promise import keep_with_records

        funnel.follow(keep_with_records)
        mail.register()
        stand_ins.register()
        nudges.register()

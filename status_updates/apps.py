from django.apps import AppConfig


class StatusUpdatesConfig(AppConfig):
    name = "status_updates"

    def ready(self) -> None:
        from recruiting.approvals import following
        from status_updates.digests import mail, stand_ins
        from status_updates.models.promise import settle_promises

        mail.register()
        stand_ins.register()
        following.register(
            lambda requisition, day: settle_promises(
                requisition.pk, requisition.funnel.totals, changed_from=day
            )
        )

from django.apps import AppConfig


class MailingConfig(AppConfig):
    name = "recruiting.mailing"
    label = "mailing"

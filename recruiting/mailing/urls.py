from django.urls import path

from recruiting.mailing import views

urlpatterns = [
    path("mail/unsubscribe/", views.unsubscribe_page, name="unsubscribe_page"),
    path("mail/unsubscribe/resubscription/", views.resubscription, name="resubscription"),
    path("mail/unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("outbox/", views.outbox_page, name="outbox"),
    path("outbox/<str:key>/", views.outbox_mail, name="outbox_mail"),
    path("outbox/<str:key>/body/", views.outbox_body, name="outbox_body"),
]

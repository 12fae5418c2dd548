from django.urls import path

from recruiting.mailing import signed_links, views

urlpatterns = [
    path("mail/unsubscribe/", views.unsubscribe_page, name="unsubscribe_page"),
    path("mail/unsubscribe/resubscription/", views.resubscription, name="resubscription"),
    path("mail/unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("preferences/mail/", views.mail_wishes, name="mail_wishes"),
    path("preferences/mail/stop/", views.mail_stop, name="mail_stop"),
    path("preferences/mail/resumption/", views.mail_resumption, name="mail_resumption"),
    path("mail/<slug:purpose>/<uuid:pk>/open/<str:token>/", signed_links.enter, name="mail_link"),
    path("outbox/", views.outbox_page, name="outbox"),
    path("outbox/<str:key>/", views.outbox_mail, name="outbox_mail"),
    path("outbox/<str:key>/body/", views.outbox_body, name="outbox_body"),
]

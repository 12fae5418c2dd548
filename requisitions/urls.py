from django.urls import path

from requisitions import views

urlpatterns = [
    path("requisitions/new/", views.new, name="requisition_new"),
    path("requisitions/<uuid:pk>/edit/", views.edit, name="requisition_edit"),
    path("requisitions/<uuid:pk>/hold/", views.hold, name="requisition_hold"),
    path("requisitions/<uuid:pk>/resumption/", views.resumption, name="requisition_resumption"),
    path(
        "requisitions/<uuid:pk>/cancellation/",
        views.cancellation,
        name="requisition_cancellation",
    ),
    path("requisitions/<uuid:pk>/reopening/", views.reopening, name="requisition_reopening"),
    path("requisitions/<uuid:pk>/watchers/", views.watchers, name="requisition_watchers"),
    path(
        "requisitions/<uuid:pk>/watchers/<uuid:user_pk>/removal/",
        views.watcher_removal,
        name="watcher_removal",
    ),
]

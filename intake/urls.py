from django.urls import path

from intake import views

urlpatterns = [
    path("requisitions/<uuid:pk>/opening/", views.opening, name="requisition_opening"),
]

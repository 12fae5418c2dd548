from django.urls import path

from requisitions.importing import views

urlpatterns = [
    path("", views.upload, name="requisition_import"),
    path("<uuid:batch_id>/", views.columns, name="requisition_import_columns"),
    path("<uuid:batch_id>/preview/", views.preview, name="requisition_import_preview"),
    path("<uuid:batch_id>/report/", views.report, name="requisition_import_report"),
]

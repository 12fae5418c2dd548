from django.urls import URLPattern, path

from recruiting.approvals.views import resumes

urlpatterns: list[URLPattern] = [
    # --- files
    path("submissions/<uuid:pk>/resume/", resumes.original, name="resume"),
    path("submissions/<uuid:pk>/resume/pages/<int:number>/", resumes.page, name="resume_page"),
]

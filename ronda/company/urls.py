from django.urls import path

from ronda.company import pages

urlpatterns = [
    path("welcome/", pages.Welcome.as_view(), name="welcome"),
    path("company/switch/", pages.SwitchCompany.as_view(), name="company-switch"),
    path("settings/", pages.Settings.as_view(), name="settings"),
    path("files/<str:label>/<int:pk>/upload/", pages.UploadFile.as_view(), name="attachment-upload"),
    path("files/<int:pk>/", pages.DownloadFile.as_view(), name="attachment-download"),
    path("files/<int:pk>/delete/", pages.DeleteFile.as_view(), name="attachment-delete"),
    path("job/<int:pk>/outcome/", pages.JobOutcome.as_view(), name="job-outcome"),
    path("job/<int:pk>/progress/", pages.JobProgress.as_view(), name="job-progress"),
    path("job/<int:pk>/stop/", pages.StopJob.as_view(), name="job-stop-now"),
]

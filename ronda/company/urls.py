from django.urls import path

from ronda.company import file_pages, number_screens, option_screens, pages, station_screens

urlpatterns = [
    path("welcome/", pages.Welcome.as_view(), name="welcome"),
    path("company/switch/", pages.SwitchCompany.as_view(), name="company-switch"),
    path("settings/", option_screens.Settings.as_view(), name="settings"),
    path("numbers/", number_screens.Numbers.as_view(), name="numbers"),
    path("this-device/", station_screens.ThisDevice.as_view(), name="this-device"),
    path("files/<str:label>/<int:pk>/upload/", file_pages.UploadFile.as_view(), name="attachment-upload"),
    path("files/<int:pk>/", file_pages.DownloadFile.as_view(), name="attachment-download"),
    path("files/<int:pk>/preview/", file_pages.PreviewFile.as_view(), name="attachment-preview"),
    path(
        "files/<int:pk>/thumbnail/",
        file_pages.PreviewFile.as_view(which="thumbnail"),
        name="attachment-thumbnail",
    ),
    path("files/<int:pk>/version/", file_pages.UploadVersion.as_view(), name="attachment-new-version"),
    path(
        "files/<int:pk>/versions/<int:number>/",
        file_pages.DownloadVersion.as_view(),
        name="attachment-version",
    ),
    path(
        "files/<int:pk>/versions/<int:number>/restore/",
        file_pages.RestoreVersion.as_view(),
        name="attachment-restore",
    ),
    path("files/<int:pk>/delete/", file_pages.DeleteFile.as_view(), name="attachment-delete"),
    path("job/<int:pk>/outcome/", pages.JobOutcome.as_view(), name="job-outcome"),
    path("job/<int:pk>/progress/", pages.JobProgress.as_view(), name="job-progress"),
    path("job/<int:pk>/stop/", pages.StopJob.as_view(), name="job-stop-now"),
]

from django.urls import path

from ronda.company.imports import pages

urlpatterns = [
    path("import/", pages.NewImport.as_view(), name="import-new"),
    path("import/of/<str:kind>/", pages.ImportKind.as_view(), name="import-kind"),
    path("import/of/<str:kind>/upload/", pages.UploadImport.as_view(), name="import-upload"),
    path("import/of/<str:kind>/template/", pages.ImportTemplate.as_view(), name="import-template"),
    path("import/<int:pk>/progress/", pages.BatchProgress.as_view(), name="import-progress"),
    path("import/<int:pk>/errors/", pages.BatchErrors.as_view(), name="import-errors"),
    path("import/<int:pk>/do/<slug:verb>/", pages.BatchDo.as_view(), name="import-do"),
]

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "ronda.catalogue"
    default_auto_field = "django.db.models.BigAutoField"

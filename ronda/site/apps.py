from django.apps import AppConfig


class SiteConfig(AppConfig):
    """The composition root: commands, urls, pages that show several apps."""

    name = "ronda.site"
    label = "ronda_site"

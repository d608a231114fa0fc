from django.urls import path

from ronda.parties import pages

urlpatterns = [
    path("places/", pages.Places.as_view(), name="places"),
    path("party/duplicates/", pages.Duplicates.as_view(), name="party-duplicates"),
]

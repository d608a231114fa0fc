from django.urls import path

from ronda.parties import pages, sharing_pages

urlpatterns = [
    path("places/", pages.Places.as_view(), name="places"),
    path("party/take-over/", sharing_pages.TakeOver.as_view(), name="party-take-over"),
    path("party/duplicates/", pages.Duplicates.as_view(), name="party-duplicates"),
]

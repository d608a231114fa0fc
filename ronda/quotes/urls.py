"""Addresses of the pages of quotes; lists and forms are mounted by the site."""

from django.urls import URLPattern, path, re_path

from ronda.quotes.pages import desk, public

TOKEN = r"^quote/(?P<token>[0-9A-Za-z_-]{43})"

urlpatterns: list[URLPattern] = [
    path("quote/<int:pk>/send/", desk.SendPage.as_view(), name="quote-send-page"),
    path("quote/<int:pk>/answer/", desk.AnswerPage.as_view(), name="quote-answer"),
    path("quote/<int:pk>/signature/", desk.SignatureFile.as_view(), name="quote-signature"),
    path("quote/picture/<int:pk>/", desk.PictureFile.as_view(), name="quote-picture"),
    path("quote/lost/", desk.LostPage.as_view(), name="quotes-lost"),
    re_path(rf"{TOKEN}/$", public.PublicPage.as_view(), name="quote-public"),
    re_path(rf"{TOKEN}/totals/$", public.PublicTotals.as_view(), name="quote-public-totals"),
    re_path(rf"{TOKEN}/accept/$", public.PublicAccept.as_view(), name="quote-public-accept"),
    re_path(rf"{TOKEN}/refuse/$", public.PublicRefuse.as_view(), name="quote-public-refuse"),
    re_path(rf"{TOKEN}/logo/$", public.PublicLogo.as_view(), name="quote-public-logo"),
    re_path(rf"{TOKEN}/signature/$", public.PublicSignature.as_view(), name="quote-public-signature"),
    re_path(
        rf"{TOKEN}/picture/(?P<pk>[0-9]+)/$", public.PublicPicture.as_view(), name="quote-public-picture"
    ),
]

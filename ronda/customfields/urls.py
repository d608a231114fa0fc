from django.urls import path

from ronda.customfields.pages import ExamplePage

urlpatterns = [path("custom-fields/example/", ExamplePage.as_view(), name="customfield-example")]

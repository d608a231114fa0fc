"""Every model has a name in people's words: roles, the history and the API name it on the screen."""

import pytest
from django.apps import apps
from django.utils.functional import Promise

OURS = [model for model in apps.get_models() if model.__module__.startswith("ronda.")]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
@pytest.mark.parametrize("name", ["verbose_name", "verbose_name_plural"])
def test_a_model_says_its_name_in_a_way_that_can_be_translated(model, name):
    said = model._meta.original_attrs.get(name)
    assert isinstance(said, Promise), f"{model._meta.label} needs {name} = _(…) in its Meta"

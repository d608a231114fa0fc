"""Rows of a form are made in many threads at once."""

from ronda.billing.forms import LineForm
from ronda.billing.models import Document
from ronda.billing.workspace import Documents
from ronda.workspace.saving import formset_class


def test_making_the_rows_of_a_form_leaves_the_fields_it_declares_alone():
    before = list(LineForm.Meta.fields)

    for _row in range(2):
        formset_class(Documents, Documents.inlines[0])(instance=Document(), queryset=None)

    assert list(LineForm.Meta.fields) == list(LineForm._meta.fields) == before

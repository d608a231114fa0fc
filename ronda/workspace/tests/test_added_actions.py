"""Actions that apps above put on the screens of apps below."""

import pytest
from django.http import HttpResponse

from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.workspace import registry
from ronda.workspace.acting import run_action
from ronda.workspace.declare import Action, Workspace, add_action
from ronda.workspace.models import SavedView
from ronda.workspace.urls import urls_of


class Views(Workspace):
    model = SavedView
    actions = (Action("own", "Own", print),)


@pytest.fixture
def no_actions(monkeypatch):
    monkeypatch.setattr(registry, "_actions", {})


class Record:
    def __init__(self, pk):
        self.pk = pk


def run(action, *pks, confirmed=None):
    return run_action(action, [Record(pk) for pk in pks], by="anna", facts={}, confirmed=confirmed or {})


@pytest.mark.usefixtures("no_actions")
def test_an_action_of_another_app_is_mounted_after_the_own_ones():
    added = Action("more", "More", print)
    add_action(SavedView, added)
    add_action(SavedView, added)
    assert [one.code for one in Views.all_actions()] == ["own", "more"]
    assert Views.action("more") is added
    assert "savedview/do/more/" in [str(url.pattern) for url in urls_of(Views)]


@pytest.mark.usefixtures("no_actions")
def test_two_different_actions_of_one_code_are_an_error_at_start():
    add_action(SavedView, Action("more", "More", print))
    with pytest.raises(ValueError, match="more"):
        add_action(SavedView, Action("more", "Others", print))


def test_an_action_on_all_records_together_runs_once_and_may_answer_with_a_file():
    calls = []

    def merge(records, *, by):
        calls.append([one.pk for one in records])
        return HttpResponse(b"file")

    outcome = run(Action("merge", "Merge", merge, together=True), 1, 2, 3)
    assert calls == [[1, 2, 3]]
    assert outcome.response.content == b"file"
    assert len(outcome.done) == 3


def test_a_refusal_of_an_action_on_all_records_is_about_all_of_them():
    def merge(records, *, by):
        raise Refusal("no")

    outcome = run(Action("merge", "Merge", merge, together=True), 1, 2)
    assert [record.pk for record, _refusal in outcome.refused] == [1, 2]
    assert not outcome.done


def test_a_question_about_all_records_is_answered_once():
    class Sure(NeedsConfirmation):
        code = "tests.sure"

    def merge(records, *, by, confirmed=frozenset()):
        if Sure.code not in confirmed:
            raise Sure("sure?")

    action = Action("merge", "Merge", merge, together=True)
    assert len(run(action, 1, 2).questions) == 2
    assert len(run(action, 1, 2, confirmed={1: frozenset({Sure.code})}).done) == 2

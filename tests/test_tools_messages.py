"""What the extractor of sentences promises to the people who translate."""

import polib
import pytest

from tools.check_messages import NotLiteral, Sentence, defects, from_python, from_template


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('_("Paid")', Sentence("Paid")),
        ('gettext_lazy("Due on " "%(day)s") % {"day": day}', Sentence("Due on %(day)s")),
        ('ngettext("%(n)s row", "%(n)s rows", n)', Sentence("%(n)s row", plural="%(n)s rows")),
        ('translation.pgettext_lazy("of a month", "May")', Sentence("May", context="of a month")),
    ],
)
def test_a_sentence_marked_in_python_is_found(source, expected):
    assert list(from_python(source)) == [expected]


def test_a_sentence_put_together_at_run_time_is_refused_with_its_line():
    with pytest.raises(NotLiteral, match="line 2"):
        list(from_python('\n_(f"Hello {name}")'))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% translate 'New “invoice”' %}", Sentence("New “invoice”")),
        ('{% translate "May" context "of a month" %}', Sentence("May", context="of a month")),
        ("{{ value|default:_('none') }}", Sentence("none")),
        ("{% blocktranslate %}Hello {{ name }}, 5%{% endblocktranslate %}", Sentence("Hello %(name)s, 5%%")),
        (
            "{% blocktranslate trimmed count n=rows|length %}\n  {{ n }} row\n{% plural %}\n  {{ n }} rows\n"
            "{% endblocktranslate %}",
            Sentence("%(n)s row", plural="%(n)s rows"),
        ),
    ],
)
def test_a_sentence_marked_in_a_template_is_found(source, expected):
    assert list(from_template("{% load i18n %}<p>It's here (it is)</p>" + source)) == [expected]


@pytest.mark.parametrize(
    ("entry", "verdicts"),
    [
        (polib.POEntry(msgid="Due on %(day)s", msgstr="Scade il %(day)s"), []),
        (None, ["it: missing: 'Due on %(day)s'"]),
        (polib.POEntry(msgid="Due on %(day)s"), ["it: untranslated: 'Due on %(day)s'"]),
        (
            polib.POEntry(msgid="Due on %(day)s", msgstr="Scade il %(day)s", flags=["fuzzy"]),
            ["it: fuzzy: 'Due on %(day)s'"],
        ),
        (
            polib.POEntry(msgid="Due on %(day)s", msgstr="Scade il %(giorno)s"),
            ["it: placeholders differ: 'Due on %(day)s' → 'Scade il %(giorno)s'"],
        ),
    ],
)
def test_a_translation_is_refused_when_missing_empty_fuzzy_or_with_other_placeholders(entry, verdicts):
    assert list(defects("it", Sentence("Due on %(day)s"), entry)) == verdicts

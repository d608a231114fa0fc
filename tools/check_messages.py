"""Every sentence of the interface exists in Italian and French.

    python -m tools.check_messages            fail on missing, empty, fuzzy or broken translations
    python -m tools.check_messages --update   add what is missing to the .po files with an empty translation
    python -m tools.check_messages --prune    the same, and drop what no source says any more

Sentences are read from the syntax tree of Python files and, for templates, from what Django's own extractor
makes of them; the gettext programs are not needed.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "ronda"
LANGUAGES = {"it": "nplurals=2; plural=(n != 1);", "fr": "nplurals=2; plural=(n > 1);"}
PARTS = {"gettext": ("id",), "ngettext": ("id", "plural"), "pgettext": ("context", "id")}
PARTS["npgettext"] = ("context", "id", "plural")
NAMES = {"_": "gettext"} | {f"{name}{ending}": name for name in PARTS for ending in ("", "_lazy", "_noop")}
CALL = re.compile(r"\b(n?p?gettext|_)\(")
LITERAL = re.compile(r"""\s*u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*[,)]""", re.DOTALL)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*(?::[^{}]*)?\}")


@dataclass(frozen=True, order=True)
class Sentence:
    id: str
    context: str = ""
    plural: str = ""


class NotLiteral(Exception):
    """A sentence that no extractor can read, since it is put together at run time."""


def from_python(source: str) -> Iterator[Sentence]:
    """Sentences marked in a Python file. Raises NotLiteral naming the line."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
        if name in NAMES and node.args:
            parts = PARTS[NAMES[name]]
            values = [_text(argument, node.lineno) for argument in node.args[: len(parts)]]
            yield Sentence(**dict(zip(parts, values, strict=True)))


def _text(argument: ast.expr, line: int) -> str:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    raise NotLiteral(f"line {line}: the sentence is not a plain string")


def from_template(source: str) -> Iterator[Sentence]:
    """Sentences marked in a Django template."""
    flat = templatize(source)
    for call in CALL.finditer(flat):
        parts = PARTS[NAMES[call.group(1)]]
        values, place = [], call.end()
        for _part in parts:
            literal = LITERAL.match(flat, place)
            if literal is None:
                break
            values.append(ast.literal_eval(literal.group(1)))
            place = literal.end()
        if len(values) == len(parts):
            yield Sentence(**dict(zip(parts, values, strict=True)))


def all_sentences() -> tuple[dict[Sentence, list[str]], list[str]]:
    """Every sentence with the files that say it, and what could not be read."""
    found: dict[Sentence, list[str]] = {}
    problems = []
    for path in sorted(SOURCES.rglob("*")):
        place = str(path.relative_to(ROOT))
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        if path.suffix == ".py":
            read = from_python
        elif path.suffix in (".html", ".txt") and "templates" in path.parts:
            read = from_template
        else:
            continue
        try:
            for sentence in read(path.read_text(encoding="utf-8")):
                found.setdefault(sentence, []).append(place)
        except NotLiteral as problem:
            problems.append(f"{place}: {problem}")
    # One entry with a plural serves the same words said without a number, too.
    counted = {(sentence.id, sentence.context) for sentence in found if sentence.plural}
    kept = {
        sentence: places
        for sentence, places in found.items()
        if sentence.id and (sentence.plural or (sentence.id, sentence.context) not in counted)
    }
    return kept, problems


def po_path(language: str) -> Path:
    return SOURCES / "locale" / language / "LC_MESSAGES" / "django.po"


def read_po(language: str) -> polib.POFile:
    """The language's file, or an empty one with its header."""
    path = po_path(language)
    if path.exists():
        return polib.pofile(str(path), encoding="utf-8", wrapwidth=110)
    new = polib.POFile(wrapwidth=110)
    new.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": LANGUAGES[language],
    }
    return new


def by_sentence(po: polib.POFile) -> dict[Sentence, polib.POEntry]:
    return {
        Sentence(entry.msgid, entry.msgctxt or "", entry.msgid_plural or ""): entry
        for entry in po
        if not entry.obsolete
    }


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def defects(language: str, sentence: Sentence, entry: polib.POEntry | None) -> Iterator[str]:
    """What is wrong with one translation."""
    if entry is None:
        yield f"{language}: missing: {sentence.id!r}"
        return
    texts = translations(entry)
    if not texts or not all(texts):
        yield f"{language}: untranslated: {sentence.id!r}"
        return
    if entry.fuzzy:
        yield f"{language}: fuzzy: {sentence.id!r}"
    wanted = set(PLACEHOLDER.findall(sentence.id)) | set(PLACEHOLDER.findall(sentence.plural))
    for text in texts:
        said = set(PLACEHOLDER.findall(text))
        # A singular may leave the number out; nothing may be made up.
        if said - wanted or (not sentence.plural and wanted - said):
            yield f"{language}: placeholders differ: {sentence.id!r} → {text!r}"


def check(said: dict[Sentence, list[str]]) -> list[str]:
    found = []
    for language in LANGUAGES:
        kept = by_sentence(read_po(language))
        for sentence in sorted(said):
            places = ", ".join(said[sentence][:2])
            found += [f"{defect}  ({places})" for defect in defects(language, sentence, kept.get(sentence))]
        unused = sorted(set(kept) - set(said))
        if unused:
            sys.stdout.write(f"{language}: {len(unused)} translations no source uses: --prune drops them\n")
    return found


def update(said: dict[Sentence, list[str]], *, prune: bool) -> None:
    """Write the files anew, sorted, without places and dates, so that a change shows only itself."""
    for language in LANGUAGES:
        po = read_po(language)
        kept = by_sentence(po)
        entries = [kept.get(sentence) or _empty(sentence) for sentence in said]
        if not prune:
            entries += [entry for sentence, entry in kept.items() if sentence not in said]
        added = len(set(said) - set(kept))
        po[:] = sorted(entries, key=lambda entry: (entry.msgid, entry.msgctxt or ""))
        for entry in po:
            entry.occurrences = []
        po_path(language).parent.mkdir(parents=True, exist_ok=True)
        po.save(str(po_path(language)))
        sys.stdout.write(f"{language}: {added} added, {len(po)} in all\n")


def _empty(sentence: Sentence) -> polib.POEntry:
    flags = ["python-format"] if re.search(r"%\(\w+\)[sd]|%[sd]", sentence.id) else []
    plural = {"msgid_plural": sentence.plural, "msgstr_plural": {0: "", 1: ""}} if sentence.plural else {}
    return polib.POEntry(msgid=sentence.id, msgctxt=sentence.context or None, flags=flags, **plural)


def main(words: list[str]) -> int:
    said, found = all_sentences()
    if "--update" in words or "--prune" in words:
        update(said, prune="--prune" in words)
    else:
        found += check(said)
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

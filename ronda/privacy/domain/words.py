"""Finding and masking the words by which a person is known, in texts of any form."""

import html
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "•••"
SHORTEST = 5
SHORTEST_SINGLE_NAME = 8


def worth_looking_for(word: str) -> bool:
    """Whether a word tells one person from others: not too short, not empty."""
    return len(word.strip()) >= SHORTEST


def tells_apart(name: str) -> bool:
    """Whether a name can be looked for in other texts: "Rossi" or "Sede" would be found everywhere."""
    return len(name.split()) > 1 or len(name.strip()) >= SHORTEST_SINGLE_NAME


def forms(word: str) -> list[str]:
    """A word as it stands in text, in JSON, in an address and in HTML; each once, the longest first."""
    found = {word, json.dumps(word)[1:-1], quote(word), quote_plus(word), html.escape(word)}
    return sorted(found, key=lambda form: (-len(form), form))


class Masking:
    """Masks a person's words: whole words, whatever their case."""

    def __init__(self, words: Iterable[str]) -> None:
        every = sorted({form for word in words for form in forms(word)}, key=lambda form: (-len(form), form))
        self.forms = tuple(every)
        pattern = "|".join(re.escape(form) for form in every)
        self._pattern = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE) if every else None

    def text(self, value: str) -> str:
        return self._pattern.sub(MASK, value) if self._pattern else value

    def value(self, value: Any) -> Any:
        """A plain value with every text in it masked, names of parts too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.value(name): self.value(each) for name, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(each) for each in value]
        return value

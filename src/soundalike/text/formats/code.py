"""What is said in place of a block of code."""

from __future__ import annotations

from ..markup import Boundary, Item, Style, Words

_ANNOUNCED = {
    "cs": "Blok kódu",
    "de": "Codeblock",
    "en": "Code block",
    "es": "Bloque de código",
    "fr": "Bloc de code",
    "it": "Blocco di codice",
    "nl": "Codeblok",
    "pt": "Bloco de código",
    "ru": "Блок кода",
    "sv": "Kodblock",
}


def code_items(span: tuple[int, int], style: Style) -> list[Item]:
    """The announcement of a block of code that stands at a place of the input; none in a user's language."""
    said = _ANNOUNCED.get(style.language)
    return [Words(said, span, style, rule="code block"), Boundary()] if said else [Boundary()]

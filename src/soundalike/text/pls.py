"""W3C Pronunciation Lexicon Specification 1.0: words and phonemes of a file."""

from __future__ import annotations

from soundalike.core.errors import TextError

from .elements import Node, parse_xml


def read_pls(data: bytes, name: str) -> tuple[list[tuple[str, str, str]], list[str]]:
    """(word, IPA, place) of each grapheme, the first phoneme of its lexeme; and warnings of what was left
    out.

    Raises TextError for XML that is not well-formed and for an alphabet other than ipa.
    """
    root = parse_xml(data, name)
    if root.tag != "lexicon":
        raise TextError(
            f"{name}, {root.place}: <{root.tag}> found where <lexicon> was expected. Give a PLS lexicon."
        )
    alphabet = root.attributes.get("alphabet", "ipa").lower()
    if alphabet != "ipa":
        raise TextError(
            f"{name}, {root.place}: the alphabet '{alphabet}' is not known. Write the phonemes in ipa."
        )
    rows = []
    warnings = []
    for lexeme in root.elements():
        where = f"{name}, {lexeme.place}"
        if lexeme.tag != "lexeme":
            if lexeme.tag not in ("meta", "metadata"):
                warnings.append(f"{where}: <{lexeme.tag}> is not supported and is left out.")
            continue
        words = [node.text().strip() for node in lexeme.elements() if node.tag == "grapheme"]
        said = [node for node in lexeme.elements() if node.tag == "phoneme" and _is_ipa(node)]
        if not words or not said or not said[0].text().strip():
            warnings.append(f"{where}: a lexeme needs a <grapheme> and a <phoneme> in ipa. It is left out.")
            continue
        rows += [(word, said[0].text().strip(), f"{name}, {said[0].place}") for word in words if word]
    return rows, warnings


def _is_ipa(node: Node) -> bool:
    return node.attributes.get("alphabet", "ipa").lower() == "ipa"

"""How many short phrases of tests/data/phrases.tsv and elsewhere.tsv have their language found: by our
detector and, where they are installed, by lingua-language-detector and py3langid.

usage: python benchmarks/languages.py
"""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from soundalike.text.detect import detect

DATA = Path(__file__).resolve().parent.parent / "tests" / "data"
SAME = {"nb": "no", "nn": "no"}


def detectors() -> dict[str, Callable[[str], str]]:
    """Each detector by its name; it gives the code of a text's language."""
    found: dict[str, Callable[[str], str]] = {"soundalike": lambda text: detect(text).language}
    if importlib.util.find_spec("lingua"):
        from lingua import LanguageDetectorBuilder

        lingua = LanguageDetectorBuilder.from_all_languages().build()

        def by_lingua(text: str) -> str:
            language = lingua.detect_language_of(text)
            return language.iso_code_639_1.name.lower() if language else ""

        found["lingua"] = by_lingua
    if importlib.util.find_spec("py3langid"):
        import py3langid

        found["py3langid"] = lambda text: py3langid.classify(text)[0]
    return found


def main() -> None:
    phrases: dict[str, list[tuple[str, str]]] = {}
    for name in ("phrases.tsv", "elsewhere.tsv"):
        for line in (DATA / name).read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                text, language, *more = line.split("\t")
                phrases.setdefault(more[0] if more else "elsewhere", []).append((text, language))
    for who, language_of in detectors().items():
        for name, pairs in phrases.items():
            of = Counter(language for _, language in pairs)
            right: Counter[str] = Counter()
            for text, language in pairs:
                code = language_of(text)
                right[language] += SAME.get(code, code) == language
            shown = ", ".join(f"{language} {right[language]}/{of[language]}" for language in of)
            print(f"{who}, {name}: {right.total()}/{len(pairs)}: {shown}")


if __name__ == "__main__":
    main()

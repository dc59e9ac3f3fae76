"""Which language a text is to be read in: the one given, else the one found, where it can be read."""

from __future__ import annotations

from soundalike.core.installation import install_command
from soundalike.core.languages import TextLanguage, language_name

from .detect import detect
from .normalise import LANGUAGES, base_language, is_spoken
from .phonemes import installed
from .user_languages import user_codes


def reading_language(text: str, given: str | None = None) -> tuple[TextLanguage, list[str]]:
    """The language of a text, and warnings where it was found and is doubtful, not spoken here, or not
    installed. Raises ConfigError for a given language that is not known.
    """
    if given:
        return TextLanguage(base_language(given), True), []
    found = detect(text)
    code = found.language
    name = language_name(code)
    if not is_spoken(code):
        return TextLanguage("en", False, True, code), [
            f"the text seems to be in {name}, which is not spoken here: read as English. "
            f"If it is in another language, name it with --language (language= in Python): "
            f"{', '.join((*LANGUAGES, *user_codes()))}"
        ]
    if not installed(code):
        return TextLanguage("en", False, found.sure, code), [
            f"the text seems to be in '{code}', whose lexicon is not installed: "
            f"read as English ({install_command(code)})"
        ]
    if found.sure:
        return TextLanguage(code, False), []
    choices = [choice for choice in (code, found.other) if is_spoken(choice)]
    options = " or ".join(f"--language {choice}" for choice in choices)
    return TextLanguage(code, False, False), [
        f"the text is short and could be in {name} or {language_name(found.other)}: read as {name}. "
        f"Name its language: {options} (language= in Python)"
    ]

"""Formulas in LaTeX, as Markdown has them between dollars, written so that the normaliser reads them."""

from __future__ import annotations

import re

from soundalike.text.normalise import table_of

from ..markup import Style, Words
from .regions import Masked, Region

_SIGNS = {
    "times": "×", "cdot": "×", "ast": "×", "div": "÷", "pm": "±", "mp": "∓", "le": "≤", "leq": "≤", "ge": "≥",
    "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "sim": "~", "equiv": "=", "infty": "∞", "lt": "<",
    "gt": ">",
    "to": "→",
    "rightarrow": "→", "Rightarrow": "→", "sum": "∑", "prod": "∏", "int": "∫", "partial": "∂",
    "in": "∈", "degree": "°", "circ": "°", "percent": "%", "ldots": "…", "dots": "…", "cdots": "…",
}  # fmt: skip
# Commands that say how, not what
_SILENT = frozenset(
    "left right big Big bigg displaystyle text textbf textit mathrm mathbf mathit mathbb operatorname limits "
    "quad qquad hspace vspace begin end label nonumber boxed".split()
)
_SPANS = (
    re.compile(r"(?<![\\$])\$\$([^$]{1,1000})\$\$"),
    re.compile(r"\\\[([^\[\]]{1,1000}?)\\\]"),
    re.compile(r"\\\(([^\n]{1,300}?)\\\)"),
)
# As Pandoc has it: no space inside the dollars, no letter or figure outside of them
_INLINE = re.compile(r"(?<![\w$\\])\$(?=\S)([^$\n]{1,300})(?<=[^\s\\])\$(?![\w$])")
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_ROOT = re.compile(r"\\sqrt\s*(?:\[[^\]]*\])?\s*\{([^{}]*)\}")
# What is said of the line of a fraction
_OVER = {
    "cs": "lomeno", "de": "durch", "en": "over", "es": "sobre", "fr": "sur", "it": "fratto",
    "nl": "gedeeld door", "pt": "sobre", "ru": "на", "sv": "genom",
}  # fmt: skip
_POWERS = {"2": "²", "3": "³"}
# Not a hyphen within words
_MINUS = re.compile(r"(?<![A-Za-z]{3})[-−]|[-−](?![A-Za-z]{3})")
_PRODUCT = re.compile(r"(?<![\\A-Za-z])\d+[a-z]{2,3}(?![A-Za-z])")
_COMMAND = re.compile(r"\\([a-zA-Z]+)\s?|\\[^a-zA-Z]")
_IS_FORMULA = re.compile(r"[A-Za-z\\]|[\d)]\s*[-+*/=<>^]\s*[\d(]")
_SIGNED = re.compile(r"[-+−±]?\d+(?:\.\d+)?")
_WORD = re.compile(r"[A-Za-z]{2,}")
_LONG_WORD = re.compile(r"[A-Za-z]{3,}")


def mask_formulas(masked: Masked, style: Style) -> None:
    """Mask formulas. A sum of money in dollars is none."""

    def region(match: re.Match[str]) -> Region:
        return Region(
            *match.span(),
            [Words(f" {readable(match[1], style.language)} ", match.span(), style, rule="formula")],
        )

    for pattern in _SPANS:
        masked.mask_all(pattern, region)
    masked.mask_all(_INLINE, lambda match: region(match) if _is_formula(match[1]) else None)


def _is_formula(inside: str) -> bool:
    """Whether what stands between two dollars is a formula; "5 or 10" is none, nor is prose."""
    if _SIGNED.fullmatch(inside):
        return True
    if "\\" in inside or "^" in inside or "_{" in inside:
        return True
    is_prose = _LONG_WORD.search(inside) or " " in inside and _WORD.search(inside)
    return bool(_IS_FORMULA.search(inside)) and not is_prose


def readable(latex: str, language: str = "en") -> str:
    """A formula with signs in place of commands: x^2 as x², a fraction as "a over b"."""

    over = _OVER.get(language, "/")

    def fraction(match: re.Match[str]) -> str:
        is_plain = match[1].isdecimal() and match[2].isdecimal()
        return f" {match[1]}/{match[2]} " if is_plain else f" {match[1]} {over} {match[2]} "

    text = latex
    for _ in range(4):  # fractions within fractions
        text = _FRACTION.sub(fraction, text)
        text = _ROOT.sub(r" √\1 ", text)
    text = re.sub(r"\^\s*(?:\{\s*([23])\s*\}|([23])(?!\d))", lambda m: _POWERS[m[1] or m[2]], text)
    text = re.sub(r"_\s*\{([^{}]*)\}|_(\w)", r" \1\2 ", text)
    words = table_of(language).words
    text = re.sub(r"\^\s*\{\s*(\w*)\s*\}", r"^\1", text)
    text = re.sub(r"\^\s*\{([^{}]*)\}", rf" {words['power']} \1 ", text)
    text = _MINUS.sub(f" {words['minus']} ", _PRODUCT.sub(_apart, text))
    return " ".join(_COMMAND.sub(_said, text).replace("{", " ").replace("}", " ").replace("&", " ").split())


def _apart(match: re.Match[str]) -> str:
    """A product of a number and letters, letter by letter: 4ac."""
    number = re.match(r"\d+", match[0])
    assert number
    return " ".join([number[0], *match[0][number.end() :]])


def _said(match: re.Match[str]) -> str:
    name = match[1]
    if name is None:
        return {"\\%": "%", "\\$": "$", "\\{": "", "\\}": ""}.get(match[0], " ")
    if name in _SILENT:
        return " "
    return f" {_SIGNS.get(name, name)} "

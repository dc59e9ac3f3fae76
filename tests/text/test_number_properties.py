"""No number loses a sign, a digit or a unit between text and words: what is said is parsed back."""

from __future__ import annotations

import functools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.text import LANGUAGES
from soundalike.text.normalise import normalise, table_of

# Words of the powers of a thousand, largest first
SCALES = {
    "en": ("billion", "million", "thousand"),
    "de": ("Milliarden?", "Million(?:en)?", "tausend"),
    "fr": ("milliards?", "millions?", "mille"),
    "es": ("(?!)", "mill(?:ón|ones)", r"\bmil\b"),
    "it": ("miliard[oi]", "milion[ei]", "mil(?:a|le)"),
    "pt": ("bilh(?:ão|ões)", "milh(?:ão|ões)", r"\bmil\b"),
    "nl": ("miljard", "miljoen", "duizend"),
    "sv": ("miljard(?:er)?", "miljon(?:er)?", "tusen"),
    "cs": ("miliard[ay]?", "milion[yů]?", "tisíce?"),
    "ru": ("миллиард(?:ов|а)?", "миллион(?:ов|а)?", "тысяч[аи]?"),
}
JOINED = re.compile(r"^(?:and|und|e|en|a) |^und|^en(?=[a-z])")
GROUPS = {code: (".", " ", "\u00a0", "\u202f", "\u2009", "'") for code in SCALES}
GROUPS["en"] = (",", "\u00a0", "\u202f", "\u2009", "'", "_")
SIGNS = {"": "", "-": "minus", "−": "minus", "–": "minus", "+": "plus"}
ZERO_FIRST = ("fr", "es", "it", "pt")  # short decimals are said as numbers, behind their noughts
UNITS = {
    "en": {"km": "kilomet", "%": "percent", "°C": "degree.* Celsius", "kg": "kilogram", "GB": "gigabyte"},
    "de": {"km": "Kilometer", "%": "Prozent", "°C": "Grad Celsius", "kg": "Kilogramm", "GB": "Gigabyte"},
    "fr": {"km": "kilomètre", "%": "pour cent", "°C": "degrés? Celsius", "kg": "kilo", "Go": "gigaoctet"},
    "es": {"km": "kilómetro", "%": "por ciento", "°C": "grados? Celsius", "kg": "kilo", "GB": "gigabyte"},
    "it": {"km": "chilometr", "%": "per cento", "°C": "grad[oi] Celsius", "kg": "chil[oi]", "GB": "gigabyte"},
    "pt": {"km": "quilômetro", "%": "por cento", "°C": "graus? Celsius", "kg": "quilo", "GB": "gigabyte"},
    "nl": {"km": "kilometer", "%": "procent", "°C": "gra(?:ad|den) Celsius", "kg": "kilo", "GB": "gigabyte"},
    "sv": {"km": "kilometer", "%": "procent", "°C": "grad(?:er)? Celsius", "kg": "kilo", "GB": "gigabyte"},
    "cs": {
        "km": "kilometr",
        "%": "procent",
        "°C": "stup(?:eň|ně|ňů) Celsia",
        "kg": "kilogram",
        "GB": "gigabajt",
    },
    "ru": {"км": "километр", "%": "процент", "°C": "градус.* Цельсия", "кг": "килограмм", "ГБ": "гигабайт"},
}
QUICK = settings(max_examples=25, deadline=None, derandomize=True)


@functools.cache
def small(code: str) -> dict[str, int]:
    """The numbers below a thousand by their words, in every gender."""
    table = table_of(code)
    found: dict[str, int] = {}
    for n in range(1000):
        for words in {table.cardinal(n), *(table.cardinal(n, gender, True) for gender in "mfn")}:
            found[words] = n
            if code == "sv" and words.endswith("tt"):
                found[words[:-1]] = n  # tusen follows
            if code == "fr" and words.endswith("s"):
                found.setdefault(words[:-1], n)  # deux cent mille
    if code == "nl":
        found |= {words.replace("één", "een"): n for words, n in list(found.items())}
    if code == "it":
        found |= {words.replace("tré", "tre"): n for words, n in list(found.items())}  # before mila
    if code == "de":
        found |= {words[:-1]: n for words, n in list(found.items()) if words.endswith("eins")}
    return found


def value(words: str, code: str) -> int:
    """The whole number that words stand for."""
    words = JOINED.sub("", words.strip()) if words.strip() not in small(code) else words.strip()
    if words in small(code):
        return small(code)[words]
    for power, word in zip((9, 6, 3), SCALES[code], strict=True):
        halves = re.split(word, words, maxsplit=1)
        if len(halves) == 2:
            most, rest = halves[0].strip(), halves[1].strip()
            return (value(most, code) if most else 1) * 10**power + (value(rest, code) if rest else 0)
    raise AssertionError(f"{words!r} is no number of {code}")


def decimals(words: str, code: str) -> str:
    """The digits behind the decimal point that words stand for."""
    nought = table_of(code).cardinal(0)
    parts = words.split()
    digits = [small(code).get(part) for part in parts]
    single = all(digit is not None and digit < 10 for digit in digits)
    if code not in ZERO_FIRST or (single and len(parts) > 3):
        assert single, words
        return "".join(map(str, digits))
    noughts = next((i for i, part in enumerate(parts) if part != nought), len(parts))
    rest = " ".join(parts[noughts:])
    return "0" * noughts + (str(value(rest, code)) if rest else "")


def russian(words: str) -> tuple[str, str]:
    """Whole and decimal part of a Russian number."""
    match = re.fullmatch(r"(.*?) цел(?:ая|ых) (.*) (десят|сот|тысячн)\w+", words)
    if not match:
        whole, _, part = words.partition(" запятая ")
        return str(value(whole, "ru")), decimals(part, "ru") if part else ""
    size = {"десят": 1, "сот": 2, "тысячн": 3}[match[3]]
    return str(value(match[1], "ru")), str(value(match[2], "ru")).rjust(size, "0")


def parsed(words: str, code: str) -> tuple[str, str]:
    """Whole and decimal part that words stand for."""
    if code == "ru":
        return russian(words)
    if code == "cs":  # the word for the point agrees with the whole: dvě celé, pět celých
        words = re.sub(r" cel(?:é|ých) ", " celá ", words).replace("dvě celá", "dva celá")
    whole, _, part = words.partition(f" {table_of(code).words['point']} ")
    return str(value(whole, code)), decimals(part, code) if part else ""


def grouped(n: int, mark: str) -> str:
    return f"{n:,}".replace(",", mark)


def without_sign(spoken: str, sign: str, code: str) -> str:
    """What is said behind the word of a sign, which must be there."""
    if not sign:
        return spoken
    word = table_of(code).words[SIGNS[sign]]
    assert spoken.startswith(word + " "), (spoken, word)
    return spoken.removeprefix(word + " ")


whole_numbers = st.one_of(st.integers(0, 120), st.integers(0, 9_999), st.integers(0, 10**12 - 1))


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_inverse_knows_each_number_below_a_thousand(code):
    table = table_of(code)
    assert all(small(code)[table.cardinal(n)] == n for n in range(1000))


@pytest.mark.parametrize("code", LANGUAGES)
@QUICK
@given(data=st.data())
def test_no_number_loses_a_sign_a_digit_or_its_unit(code, data):
    table = table_of(code)
    n = data.draw(whole_numbers)
    sign = data.draw(st.sampled_from(list(SIGNS)))
    part = data.draw(st.from_regex(r"[0-9]{0,4}", fullmatch=True))
    unit = data.draw(st.sampled_from(list(UNITS[code])))
    mark = data.draw(st.sampled_from(["", *GROUPS[code]]))
    space = data.draw(st.sampled_from(["", " ", "\u00a0"]))
    written = f"{sign}{grouped(n, mark)}{table.decimal + part if part else ''}{space}{unit}"
    spoken = normalise(written, code)
    number = without_sign(spoken, sign, code)
    match = re.fullmatch(rf"(.*?) (?:de |d')?{UNITS[code][unit]}\S*", number)
    assert match, (written, spoken)
    assert parsed(match[1], code) == (str(n), part), (written, spoken)


@pytest.mark.parametrize("code", LANGUAGES)
@QUICK
@given(data=st.data())
def test_no_decimal_without_its_nought_is_lost(code, data):
    table = table_of(code)
    sign = data.draw(st.sampled_from(list(SIGNS)))
    part = data.draw(st.from_regex(r"[0-9]{1,6}", fullmatch=True))
    spoken = without_sign(normalise(f"{sign}{table.decimal}{part}", code), sign, code)
    point = table.words["point"]
    assert spoken.startswith(point + " ")
    assert [small(code)[word] for word in spoken.split()[len(point.split()) :]] == [int(c) for c in part]


@pytest.mark.parametrize("code", LANGUAGES)
@QUICK
@given(data=st.data())
def test_no_exponent_is_lost(code, data):
    table = table_of(code)
    n = data.draw(st.integers(0, 99))
    part = data.draw(st.from_regex(r"[0-9]{0,3}", fullmatch=True))
    minus = data.draw(st.sampled_from(["", "+", "-", "−"]))
    e = data.draw(st.integers(0, 99))
    written = f"{n}{table.decimal + part if part else ''}{data.draw(st.sampled_from('eE'))}{minus}{e}"
    spoken = normalise(written, code)
    times = table.words.get("times", table.symbols["×"])
    mantissa, _, power = spoken.partition(f" {times} {table.cardinal(10)} {table.words['power']} ")
    assert parsed(mantissa, code) == (str(n), part), (written, spoken)
    assert (power.startswith(table.words["minus"] + " ")) == (minus in ("-", "−")), (written, spoken)
    assert value(power.removeprefix(table.words["minus"] + " "), code) == e, (written, spoken)


@pytest.mark.parametrize("code", LANGUAGES)
@QUICK
@given(data=st.data())
def test_no_amount_of_money_loses_a_digit(code, data):
    table = table_of(code)
    n = data.draw(st.integers(2, 999_999))
    cents = data.draw(st.integers(0, 99))
    mark = data.draw(st.sampled_from(["", *GROUPS[code]]))
    figures = f"{grouped(n, mark)}{table.decimal}{cents:02}"
    written = data.draw(st.sampled_from([f"€{figures}", f"{figures} €", f"€ {figures}", f"{figures}\u00a0€"]))
    spoken = normalise(written, code)
    euro, cent = table.currencies["EUR"]
    match = re.fullmatch(rf"(.*?) (?:{'|'.join(euro.forms)})(?: (?:and |con |e )?(.*))?", spoken)
    assert match and value(match[1], code) == n, (written, spoken)
    said = re.sub(rf" (?:{'|'.join(cent.forms)})$", "", match[2] or "")
    assert (value(said, code) if said else 0) == cents, (written, spoken)


@pytest.mark.parametrize("code", LANGUAGES)
@QUICK
@given(data=st.data())
def test_no_code_loses_a_digit(code, data):
    groups = data.draw(st.lists(st.from_regex(r"[0-9]{3,5}", fullmatch=True), min_size=3, max_size=5))
    card = data.draw(st.from_regex(r"[3-6][0-9]{15}", fullmatch=True))
    for written in ("-".join(groups), " ".join(card[i : i + 4] for i in (0, 4, 8, 12))):
        if all(1800 < int(group) < 2100 for group in written.split(" ")[:4] if "-" not in written):
            continue
        spoken = normalise(written, code).replace(",", "")
        digits = [small(code)[word] for word in spoken.split()]
        assert digits == [int(c) for c in written if c.isdecimal()], (written, spoken)


@pytest.mark.parametrize("code", LANGUAGES)
@QUICK
@given(a=st.integers(0, 999), b=st.integers(0, 999))
def test_a_sum_says_its_minus(code, a, b):
    table = table_of(code)
    left, _, right = normalise(f"{a}-{b}={a - b}", code).partition(f" {table.symbols['=']} ")
    first, _, second = left.partition(f" {table.words['minus']} ")
    assert (value(first, code), value(second, code)) == (a, b)
    assert value(right.removeprefix(f"{table.words['minus']} "), code) == abs(a - b)
    assert right.startswith(table.words["minus"]) == (a < b)

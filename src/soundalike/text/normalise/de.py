"""German: its words, numbers and customs. Ordinals take the ending that the word before them asks for."""

from __future__ import annotations

import re

from num2words import num2words

from . import de_one
from .de_words import ABBREVIATIONS, SYMBOLS, UNITS, WORDS
from .halves import GERMAN_HALVES
from .language import Language, Rule, after, before, compiled, ending, money, nouns, say_number
from .roman import roman_value

_NAMES = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()
_WEAK_N = re.compile(
    r"(?i)\b(?:am|vom|zum|im|beim|dem|den|des|ab|bis|seit|zur|diesem|jedem|einem|einen|eines|ihrem|seinem|"
    r"meinem|ihren|seinen|meinen|in der|seit der|mit der|bis zum|jeden)(?: \w{3,}[em]n)? $"
)
_WEAK_E = re.compile(
    r"(?i)\b(?:der|die|das|jede|jeder|jedes|diese|dieser|dieses|eine|meine|seine|ihre|unsere) $"
)
_STRONG_S = re.compile(r"(?i)\b(?:ein|mein|sein|ihr|unser|kein) $")
_LETTERS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜ",
        (
            "ah beh zeh deh eh eff geh hah ih jott kah ell emm enn oh peh kuh err ess teh uh vau weh "
            "iks üpsilon zett äh öh üh"
        ).split(),
        strict=True,
    )
)
_ORDINAL_WORD = r"(?=\s[^\W\d_a-zäöüß]|\s(?:bis|und|oder)\s\d{1,3}\.)"
# What stands before a Roman numeral read as a number
_ROMAN_AFTER = re.compile(
    r"\b(?:Kapiteln?|Teile?n?|Band|Bände[sn]?|Akte?n?|Szenen?|Artikeln?|Abschnitt(?:en?|s)?|Stufen?|Klassen?|"
    r"Typ(?:en|s)?|Weltkriege?n?|Buch|Büchern?|Phasen?|Gruppen?|Tabellen?|Abbildung(?:en)?|Seiten?) $",
    re.IGNORECASE,
)


def cardinal(n: int, gender: str = "", counted: bool = False) -> str:
    """A whole number; one is "ein" or "eine" before a noun."""
    if n == 1 and counted:
        return "eine" if gender == "f" else "ein"
    return num2words(n, lang="de")


def ordinal(n: int, gender: str = "m") -> str:
    """erste, zwanzigste: the weak nominative."""
    return {7: "siebte"}.get(n) or num2words(n, lang="de", to="ordinal")


def declined(n: int, left: str, neuter: bool = False) -> str:
    """An ordinal with the ending asked for by what stands before it: am fünften, der fünfte, fünfter."""
    word = ordinal(n)
    if _WEAK_N.search(left):
        return word + "n"
    if _WEAK_E.search(left):
        return word
    return word + ("s" if neuter else "r")


def year(n: int) -> str:
    """1999 in hundreds, 2005 as a number."""
    if 1100 <= n < 2000:
        low = n % 100
        return f"{num2words(n // 100, lang='de')}hundert{num2words(low, lang='de') if low else ''}"
    return num2words(n, lang="de")


def fraction(top: int, bottom: int) -> str:
    """ein halb, zwei Drittel, drei Viertel, sieben Zwanzigstel."""
    if bottom == 1:
        return f"{cardinal(top)} durch eins"
    if bottom == 2:
        return "ein halb" if top == 1 else f"{cardinal(top)} Halbe"
    name = (ordinal(bottom) + "l").capitalize()
    return f"{cardinal(top, 'n', True)} {name}"


def date(day: int, month: int, when: int | None, left: str = "") -> str:
    """fünfter März, or as the word before asks; with its year."""
    return f"{declined(day, left)} {_NAMES[month - 1]}" + (f" {year(when)}" if when is not None else "")


def time(hour: int, minute: int, second: int | None = None) -> str:
    """fünfzehn Uhr fünfundvierzig."""
    said = f"{cardinal(hour, 'n', True)} Uhr" + (f" {cardinal(minute)}" if minute else "")
    return said + (f" und {cardinal(second)} Sekunde{'' if second == 1 else 'n'}" if second else "")


def _clock(lang: Language, match: re.Match) -> str | None:
    return time(int(match[1]), int(match[2] or 0)) if int(match[1]) < 25 else None


def _day_month(lang: Language, match: re.Match) -> str | None:
    day = int(match[1])
    month = int(match[2])
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return None
    left = before(match)
    return f"{declined(day, left)} {declined(month, left)}"


def _ordinal(lang: Language, match: re.Match) -> str | None:
    following = re.match(r"\s(\w+)", after(match))
    if following and following[1].lower() in lang.months:
        return None
    neuter = bool(
        following
        and re.search(
            r"(?:jahrhundert|jahrzehnt|kapitel|mal|spiel|tor|buch|bild|jahr|semester|quartal|lied)$",
            following[1].lower(),
        )
    )
    return declined(int(match[1]), before(match), neuter)


def _decade(lang: Language, match: re.Match) -> str:
    return (year(int(match[1])) if len(match[1]) == 4 else cardinal(int(match[1]))) + "er"


def _ruler(lang: Language, match: re.Match) -> str | None:
    name = re.search(r"([^\W\d_]{3,}) $", before(match))
    if not name or not name[1][0].isupper() or name[1].isupper() or _ROMAN_AFTER.search(before(match)):
        return None
    number = ordinal(roman_value(match[1])).capitalize()
    if name[1] in ("Elisabeth", "Katharina", "Margarethe", "Maria", "Beatrix"):
        said = f"die {number}"
    elif name[1][:-1] in lang.rulers and name[1].endswith("s") and name[1] not in lang.rulers:
        said = f"des {number}n"
    else:
        said = f"der {number}"
    return said + ending(lang, match)


_NUMBERED_NOUN = re.compile(
    r" (?:[A-ZÄÖÜ][a-zäöüß]+e[rnsm]? )?[A-ZÄÖÜa-zäöüß]*(?:[Kk]rieg|[Rr]eich|[Jj]ahrhundert|[Jj]ahrtausend|"
    r"[Kk]onzil|[Pp]arteitag|[Kk]ongress|[Ii]nternationale|[Ll]iga|[Dd]ivision|[Aa]rmee|"
    r"[Kk]orps|[Qq]uartal|[Ss]emester|"
    r"[Kk]lasse|[Ee]tage|[Ss]tock|[Gg]eschoss|[Ss]enat|[Aa]bteilung|[Aa]kt|[Rr]epublik|"
    r"[Pp]rogramm|[Vv]atikanum|"
    r"[Ll]egion|[Dd]ynastie|[Ff]lotte|[Ss]infonie|[Kk]apitel|[Tt]eil|[Bb]and|[Bb]uch)(?:e?s|en?|"
    r"n)?(?![^\W\d_])"
)
_LED = re.compile(r"(?i)\b(?:der|die|das|dem|den|des|im|am|zum|zur|vom|beim|ins|diesem|dieser) $")
_NEUTERS = re.compile(
    r"(?i)(?:reich|hundert|tausend|konzil|korps|quartal|semester|geschoss|programm|kapitel|buch)(?:e?s|e)?$"
)


def _before_noun(lang: Language, match: re.Match) -> str | None:
    """der zweite Weltkrieg, im dritten Reich, zweiter Weltkrieg."""
    noun = _NUMBERED_NOUN.match(after(match, 60))
    capital = re.match(r" [A-ZÄÖÜ][a-zäöüß]+", after(match))
    if not noun and not (capital and _LED.search(before(match))):
        return None
    return declined(roman_value(match[1]), before(match), bool(noun and _NEUTERS.search(noun[0])))


def _nobly(lang: Language, match: re.Match) -> str | None:
    """Ludwig v. Beethoven."""
    return "von" if re.search(r"(?:[A-ZÄÖÜ][a-zäöüß]+|\b[A-Z]\.) $", before(match)) else None


def _drawn(lang: Language, match: re.Match) -> str | None:
    """A word drawn out, Neeeein, Jaaa; of a compound, Seeelefant, three letters stay."""
    said = re.sub(r"([aeiouäöü])\1{2,}", r"\1", match[0])
    short = len(said) < 6 or re.search(r"([aeiouäöü])\1{3}", match[0])
    return said if short else None


def _project(lang: Language, match: re.Match) -> str:
    """Fünf-Millionen-Euro-Projekt."""
    size = lang.magnitudes[match[2]]
    money = {"€": "Euro", "$": "Dollar"}.get(match[3], match[3])
    return f"{say_number(lang, match[1], size.gender, True)} {size.forms[-1]} {money}"


def _per(lang: Language, match: re.Match) -> str | None:
    """What a price is for: 2,99 €/kg."""
    if not re.search(r"(?:[€$£]|(?<![^\W_])(?:Euro|EUR|Cent|ct|Dollar|CHF|Franken)) ?$", before(match)):
        return None
    unit = lang.units.get(match[2])
    said = unit.forms[0] if unit else match[2]
    return f"pro hundert {said}" if match[1] else f"pro {said}"


def _halves(lang: Language, match: re.Match) -> str:
    return "eineinhalb" if match[1] == "1" else cardinal(int(match[1])) + "einhalb"


_RULES = de_one.RULES + tuple(
    Rule(name, begins, compiled(pattern), say)
    for name, begins, pattern, say in (
        ("time", "d", r"(\d{1,2})(?:[:.]([0-5]\d))? Uhr(?! [0-5]?\d\b)", _clock),
        ("time", "d", r"(\d{1,2}) Uhr ([0-5]?\d)(?![\d.,])", _clock),
        ("time", "d", r"(\d{1,2})[:.]([0-5]\d)(?=(?: Uhr)? ?(?:–|-|bis) ?\d{1,2}[:.]\d\d Uhr)", _clock),
        ("date", "d", r"(\d{1,2})\.(\d{1,2})\.(?![\d])", _day_month),
        (
            "range",
            "d",
            r"(\d{1,2})\.\s?[-–]\s?(?=\d{1,2}\.\s[A-ZÄÖÜ])",
            lambda lang, m: f"{declined(int(m[1]), before(m))} bis",
        ),
        GERMAN_HALVES,
        ("fraction", "d", r"(\d{1,6}) ?½", _halves),
        ("decade", "d", r"(\d{2}|\d{4})er(?![^\W_])", _decade),
        ("ordinal", "d", rf"(\d{{1,3}})\.{_ORDINAL_WORD}", _ordinal),
        ("roman", "l", r"(?=[IVXLC])(X{0,3}(?:IX|IV|V?I{0,3}))\.(?= )", _before_noun),
        ("roman", "l", r"(?=[IVXLC])(X{0,3}(?:IX|IV|V?I{0,3}))\.(?=[\s,;:]|$)", _ruler),
        (
            "abbreviation",
            "l",
            r"[Ss]tr\.(?!\w)",
            lambda lang, m: ("Straße" if m[0][0] == "S" else "straße") + ending(lang, m),
        ),
        (
            "abbreviation",
            "l",
            r"([^\W\d_]{2,30})str\.(?!\w)",
            lambda lang, m: f"{m[1]}straße" + ending(lang, m),
        ),
        (
            "abbreviation",
            "l",
            r"([A-ZÄÖÜ][^\W\d_]{2,30})pl\.(?!\w)",
            lambda lang, m: f"{m[1]}platz" + ending(lang, m),
        ),
        ("abbreviation", "l", r"u\.(?= [^\W\d_]{2})", lambda lang, m: "und"),
        ("abbreviation", "l", r"v\.(?= [A-ZÄÖÜ][a-zäöüß]{2})(?! Chr)", _nobly),
        ("word", "l", r"[^\W\d_]*([aeiouäöü])\1{2}[^\W\d_]*", _drawn),
        ("abbreviation", "l", r"S\. ?(?=\d)", lambda lang, m: "Seite"),
        ("abbreviation", "l", r"Nr\. ?(?=\d)", lambda lang, m: "Nummer"),
        (
            "currency",
            "d",
            r"(\d{1,9}),(?:-|–|—)+ ?(?:€|Euro|EUR)",
            lambda lang, m: f"{cardinal(int(m[1]), 'm', True)} Euro",
        ),
        ("currency", "d", r"(\d{1,3}(?:,\d{1,2})?)-(Mio|Mrd)\.?-(€|Euro|\$|Dollar)-(?=[A-ZÄÖÜ])", _project),
        ("per", "s", r"/ ?(100 )?([^\W\d_]{1,12}[²³]?)(?![^\W_])", _per),
        ("times", "d", r"(\d{1,3})x(?= [a-zäöü])", lambda lang, m: f"{cardinal(int(m[1]), 'm', True)}mal"),
        (
            "percent",
            "d",
            r"(\d{1,3})%ig(\w{0,3})",
            lambda lang, m: f"{say_number(lang, m[1])}prozentig{m[2]}",
        ),
    )
)

GERMAN = Language(
    code="de",
    letters=frozenset("abcdefghijklmnopqrstuvwxyzäöüßéèàê"),
    cardinal=cardinal,
    ordinal=ordinal,
    year=year,
    words=WORDS,
    symbols=SYMBOLS,
    letter_names=_LETTERS,
    form=lambda n, decimals: 0 if n == 1 and not decimals else 1,
    units=nouns(UNITS),
    currencies=money(
        {
            "EUR": ("Euro", "Cent"),
            "USD": ("Dollar", "Cent"),
            "GBP": ("n~Pfund", "m~Penny|Pence"),
            "JPY": ("Yen", ""),
            "CHF": ("Franken", "Rappen"),
            "RUB": ("Rubel", "f~Kopeke|Kopeken"),
        }
    ),
    magnitudes=nouns(
        {
            "Mio. Mio Million Millionen": "f~Million|Millionen",
            "Mrd. Mrd Milliarde Milliarden": "f~Milliarde|Milliarden",
            "Tsd. tausend Tausend": "n~tausend",
            "Bio. Billion Billionen": "f~Billion|Billionen",
        }
    ),
    fraction=fraction,
    leaning=frozenset("S. Nr. Mio. Mrd. Tsd. Bio. Bill. Sek. Min. Std.".split()),
    abbreviations=ABBREVIATIONS,
    enders=frozenset("usw. etc. Str. Jh. Chr. Hbf. jr.".split()) | {"n. Chr.", "v. Chr.", "o. Ä.", "e. V."},
    spoken_acronyms=frozenset(
        "NATO NASA UNESCO UNICEF AIDS COVID OPEC FIFA UEFA IKEA PIN RAM LASER RADAR BAFÖG TÜV ALDI".split()
    )
    - {"TÜV"},
    acronyms={"TÜV": "Tüff"},
    spelled=frozenset(
        (
            "USA EU BRD DDR CDU CSU SPD FDP ARD ZDF BMW VW UNO GMBH AG PKW LKW UKW ADAC FBI CIA DNA DNS "
            "PC CD DVD TV"
        ).split()
    )
    - {"UNO"},
    common=frozenset(
        "und der die das ist ein nicht ich du er sie es wir ihr was wer wie wo ja nein so zu in an auf aus "
        "bei mit von vor um im am nur auch noch schon sehr alle alles hier da war bin hat habe kann muss "
        "will mehr gut neu jetzt nie immer halt stop stopp raus rein ab los".split()
    ),
    roman_after=_ROMAN_AFTER,
    regnal=lambda number, name: (
        f"{'die' if name in ('Elisabeth', 'Katharina') else 'der'} {ordinal(number).capitalize()}"
    ),
    rulers=frozenset(
        "Karl Ludwig Heinrich Friedrich Wilhelm Otto Georg Philipp Johannes Benedikt Pius Leo Gustav "
        "Albert August Franz Maximilian Nikolaus Peter".split()
    ),
    months={name.lower(): i + 1 for i, name in enumerate(_NAMES)}
    | dict(
        zip(
            "jan feb mrz apr jun jul aug sept sep okt nov dez".split(),
            (1, 2, 3, 4, 6, 7, 8, 9, 9, 10, 11, 12),
            strict=True,
        )
    )
    | {"jänner": 1},
    date=date,
    time=time,
    rules=_RULES,
)

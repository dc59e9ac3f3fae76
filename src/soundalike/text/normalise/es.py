"""Spanish: its words, numbers and customs. Numbers are shortened and agree before what they count."""

from __future__ import annotations

import re

from num2words import num2words

from .es_words import ABBREVIATIONS, SYMBOLS, UNITS, WORDS
from .halves import SPANISH_HALVES
from .language import Language, Rule, after, before, compiled, ending, money, nouns
from .roman import roman_value

_NAMES = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
_LETTERS = dict(
    zip(
        "A B C D E F G H I J K L M N Ñ O P Q R S T U V W X Y Z".split(),
        "a,be,ce,de,e,efe,ge,hache,i,jota,ka,ele,eme,ene,eñe,o,pe,cu,erre,ese,te,u,uve,uve doble,equis,i "
        "griega,zeta".split(","),
        strict=True,
    )
)
_ORDINALS = (
    "primero segundo tercero cuarto quinto sexto séptimo octavo noveno décimo undécimo duodécimo "
    "decimotercero decimocuarto decimoquinto decimosexto decimoséptimo decimoctavo decimonoveno vigésimo"
).split()
_PARTS = {
    2: "medio",
    3: "tercio",
    4: "cuarto",
    5: "quinto",
    6: "sexto",
    7: "séptimo",
    8: "octavo",
    9: "noveno",
    10: "décimo",
    100: "centésimo",
}
# What stands before a Roman numeral read as a number
_ROMAN_AFTER = re.compile(
    r"\b(?:siglos?|capítulos?|caps?\.|tomos?|volumen|volúmenes|partes?|actos?|escenas?|artículos?|"
    r"secci(?:ón|ones)|tipos?|fases?|títulos?|libros?|nivel(?:es)?|grados?|guerras? mundial(?:es)?|"
    r"páginas?) $",
    re.IGNORECASE,
)


def cardinal(n: int, gender: str = "", counted: bool = False) -> str:
    """A whole number; veintiún before a masculine noun, doscientas before a feminine one."""
    said = num2words(n, lang="es")
    if gender == "f":
        said = re.sub(r"(cient|quinient|novecient|setecient)os(?= |$)", r"\1as", said)
        said = re.sub(r"veintiuno$", "veintiuna", re.sub(r"\buno$", "una", said)) if counted else said
    elif counted:
        said = re.sub(r"veintiuno$", "veintiún", re.sub(r"\buno$", "un", said))
    return said


def ordinal(n: int, gender: str = "m") -> str:
    """primero, vigésima."""
    said = _ORDINALS[n - 1] if 0 < n <= len(_ORDINALS) else num2words(n, lang="es", to="ordinal")
    return re.sub(r"o\b", "a", said) if gender == "f" else said


def year(n: int) -> str:
    """Years are plain numbers."""
    return num2words(n, lang="es")


def fraction(top: int, bottom: int) -> str:
    """dos tercios, un medio, siete veinteavos."""
    if bottom not in _PARTS:
        return (
            (
                f"{cardinal(top, 'm', True)} "
                f"{num2words(bottom, lang='es').replace(' ', '')}avo{'s' if top > 1 else ''}"
            )
            if 10 < bottom < 100
            else (f"{cardinal(top)} sobre {cardinal(bottom)}")
        )
    return f"{cardinal(top, 'm', True)} {_PARTS[bottom]}{'s' if top > 1 else ''}"


def date(day: int, month: int, when: int | None, left: str = "") -> str:
    """cinco de mayo de dos mil veintiuno; the first is a cardinal or "primero" as written."""
    said = "primero" if day == 1 else cardinal(day)
    return f"{said} de {_NAMES[month - 1]}" + (f" de {year(when)}" if when is not None else "")


def time(hour: int, minute: int, second: int | None = None) -> str:
    """tres y media: the hour is feminine and the minutes follow."""
    said = cardinal(hour, "f", True)
    if minute:
        said += f" {'cero ' if minute < 10 else ''}{cardinal(minute)}"
    return said + (f" y {cardinal(second)} segundos" if second else "")


def _clock(lang: Language, match: re.Match) -> str | None:
    hour = int(match[1])
    minute = int(match[2] or 0)
    if hour > 24:
        return None
    said = time(hour, minute)
    if match[3][0] in "h":
        return said + ("" if minute else " horas" if hour != 1 else " hora")
    return f"{said} {'a eme' if match[3][0].lower() == 'a' else 'pe eme'}" + ending(lang, match)


def _ordinal(lang: Language, match: re.Match) -> str:
    n = int(match[1])
    sign = match[2]
    if sign in ("a", "ª"):
        return ordinal(n, "f")
    said = ordinal(n)
    shortened = sign == "er" or re.match(
        r" (?!(?:a|al|con|de|del|en|o|por|que|y)\b)(?:[a-z]*\s)?[^\W\d_]", after(match)
    )
    return re.sub(r"(primer|tercer)o$", r"\1", said) if shortened else said


def _ruler(lang: Language, match: re.Match) -> str | None:
    name = re.search(r"([^\W\d_]{3,}) $", before(match))
    if (
        not match[0]
        or not name
        or len(match[0]) == 1
        and name[1] not in lang.rulers
        or re.match(r"[.'-]\w", after(match))
    ):
        return None
    number = roman_value(match[0])
    if (
        re.search(r"(?i)\bsiglos? $", before(match))
        or not name[1][0].isupper()
        or _ROMAN_AFTER.search(before(match))
        or name[1].isupper()
    ):
        return None
    return (
        ordinal(number, "f" if name[1].endswith("a") or name[1] == "Isabel" else "m")
        if number <= 10
        else cardinal(number)
    )


_FIRST = (
    "congreso|concilio|reich|plan|encuentro|festival|premio|torneo|campeonato|foro|simposio|"
    "certamen|concurso|"
    "ciclo|centenario|aniversario|milenio|imperio|convenio|ejército|batallón|regimiento|"
    "distrito|cuerpo|trofeo"
)
_FIRST_F = (
    "guerra|edición|república|internacional|dinastía|legislatura|conferencia|cumbre|bienal|feria|jornada|"
    "cruzada|división|región|asamblea|copa|semana|carrera|maratón|brigada|flota|legión|cohorte|enmienda"
)


def _before_noun(lang: Language, match: re.Match) -> str | None:
    """segunda guerra, tercer Reich, cuartas jornadas."""
    following = re.match(rf"(?i) (?:({_FIRST_F})|{_FIRST})(e?s)?(?![^\W\d_])", after(match))
    if not match[0] or following is None:
        return None
    said = ordinal(roman_value(match[0]), "f" if following[1] else "m")
    if following[2]:
        return said + "s"
    return re.sub(r"(primer|tercer)o$", r"\1", said)


def _century(lang: Language, match: re.Match) -> str | None:
    """siglo veintiuno, also where it is shortened, and of several: siglos XV-XVI."""
    led = re.search(r"(?i)(?<![^\W\d_])(?:siglos?|ss?\.) (?:[IVXL]+ ?(?:[-–ya]|al) ?)?$", before(match))
    return cardinal(roman_value(match[0])) if match[0] and led else None


def _centuries(lang: Language, match: re.Match) -> str:
    return "siglos" if len(match[0]) > 2 else "siglo"


def _half(lang: Language, match: re.Match) -> str:
    return f"{cardinal(int(match[1]), 'm')} y medio"


_NO_NOUNS = frozenset("por para con que son más menos del los las una era fue".split())


def _agree(lang: Language, match: re.Match) -> str | None:
    """A number before a written noun, whose gender is told from its ending."""
    figures = match[0].replace(".", "").replace(" ", "")
    word = re.match(r" ([a-záéíóúñ]{3,})", after(match))
    if word is None or word[1] in _NO_NOUNS or f"{word[1]}." in lang.units or len(figures) > 12:
        return None
    number = int(figures)
    if 1000 <= number < 2100 and len(match[0]) == 4 and not word[1].endswith("s"):
        return None
    if number != 1 and not word[1].endswith("s"):
        return None
    feminine = re.search(
        (
            r"(?:as|a|dades|dad|ciones|ción|siones|sión|veces|vez|noches|noche|mujeres|mujer|calles|"
            r"llaves|clases|tardes)$"
        ),
        word[1],
    )
    masculine = word[1] in (
        "días",
        "día",
        "problemas",
        "problema",
        "programas",
        "mapas",
        "temas",
        "sistemas",
        "planetas",
        "kilogramas",
        "poemas",
        "idiomas",
    )
    return cardinal(number, "f" if feminine and not masculine else "m", True)


_RULES = tuple(
    Rule(name, begins, compiled(pattern), say)
    for name, begins, pattern, say in (
        SPANISH_HALVES,
        (
            "time",
            "d",
            r"(\d{1,2})(?:[:.]([0-5]\d))? ?(hs?\b\.?|[aApP]\. ?[mM]\.|[aApP][mM]\b)(?![\w/])",
            _clock,
        ),
        ("fraction", "d", r"(\d{1,6}) ?½", _half),
        ("ordinal", "d", r"(\d{1,3})\.?(º|ª|°(?= [^\W\d_CF])|er\b|o\b|a\b|ero\b)(?!\.? (?:m|C)\b)", _ordinal),
        ("roman", "l", r"(?=[IVXLC])(?:X{0,3}(?:IX|IV|V?I{0,3}))(?![\w])", _before_noun),
        ("roman", "l", r"(?=[IVXLC])(?:X{0,3}(?:IX|IV|V?I{0,3}))(?![\w])", _century),
        ("roman", "l", r"(?=[IVXLC])(?:X{0,3}(?:IX|IV|V?I{0,3}))(?![\w])", _ruler),
        (
            "abbreviation",
            "l",
            r"[Ss]s?\.(?= [IVXL]+(?![^\W_]))",
            _centuries,
        ),
        ("abbreviation", "l", r"[Nn]\.? ?[º°o](?=\.? ?\d)\.?", lambda lang, m: "número"),
        ("abbreviation", "l", r"[Pp]ágs?\. ?(?=\d)", lambda lang, m: "páginas" if "s" in m[0] else "página"),
        ("cardinal", "d", r"\d{1,3}(?:[. ]\d{3})+(?![\d]|[.,]\d)|\d{1,9}(?![\d]|[.,]\d)", _agree),
    )
)


SPANISH = Language(
    code="es",
    letters=frozenset("abcdefghijklmnopqrstuvwxyzáéíóúüñ"),
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
            "EUR": ("euro|euros", "céntimo|céntimos"),
            "USD": ("dólar|dólares", "centavo|centavos"),
            "GBP": ("f~libra|libras", "penique|peniques"),
            "JPY": ("yen|yenes", ""),
            "RUB": ("rublo|rublos", "kopek|kopeks"),
            "MXN": ("peso|pesos", "centavo|centavos"),
            "CHF": ("franco suizo|francos suizos", "céntimo|céntimos"),
        }
    ),
    magnitudes=nouns(
        {
            "mil": "mil|mil",
            "millón millones mill. mill M mm": "millón|millones",
            "billón billones": "billón|billones",
            "k K": "mil|mil",
        }
    ),
    of="de ",
    cents="{whole} con {part}",
    digits_after_point=False,
    fraction=fraction,
    leaning=frozenset("s. ss. S. n.º N.º pág. págs.".split()),
    abbreviations=ABBREVIATIONS,
    enders=frozenset(
        ("etc.", "a. C.", "d. C.", "a.C.", "d.C.", "S. A.", "S.A.", "C.", "EE. UU.", "EE.UU.", "Uds.", "Ud.")
    ),
    spoken_acronyms=frozenset(
        (
            "OTAN NASA ONU OVNI SIDA COVID UNESCO UNICEF FIFA UEFA OPEP AVE RENFE PYME IVA PIB PIN NIE RAE "
            "INEM"
        ).split()
    )
    - {"PIB"},
    acronyms={"PIB": "pib"},
    spelled=frozenset("FBI UE PP ADN BBC DNI CD DVD PC TV USA".split()),
    common=frozenset(
        "no sí si ya el la los las un una de del que qué en es y o a al con por para muy más todo nada hoy "
        "yo tú él mi tu su lo le se me te hay voy son era fue solo sin ni pero como ese esa eso bien mal "
        "gran san dos tres".split()
    ),
    roman_after=_ROMAN_AFTER,
    rulers=frozenset(
        (
            "Felipe Carlos Alfonso Fernando Enrique Jorge Luis Juan Pablo Pío León Jaime Pedro Isabel Sancho"
        ).split()
    ),
    months={name: i + 1 for i, name in enumerate(_NAMES)}
    | {name[:3]: i + 1 for i, name in enumerate(_NAMES)}
    | {"setiembre": 9, "sept": 9},
    date=date,
    time=time,
    rules=_RULES,
)

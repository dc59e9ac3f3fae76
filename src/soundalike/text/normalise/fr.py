"""French: its words, numbers and customs. Numbers ending in one agree; elided words keep their apostrophe."""

from __future__ import annotations

import re

from num2words import num2words

from .halves import french_halves
from .language import Language, Rule, after, before, compiled, money, nouns, spell
from .roman import roman_value

_NAMES = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
_LETTERS = {letter: letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXZ"} | {"Y": "i grec"}
_FEMININE = re.compile(
    r"(?:maison|femme|fille|heure|minute|seconde|fois|personne|semaine|page|ville|voiture|année|nuit|table|"
    r"route|tonne|pomme|chaise|place|langue|carte|chambre|école|étoile|porte|lettre|chose|vie|mère|sœur|"
    r"soirée|bouteille|tasse|livre sterling|pincée|gousse|cuillère|tranche|feuille|boîte|branche|carotte|"
    r"orange|tomate|cuillerée|poignée|noix|botte|dose|part|main|tête|fleur|année|équipe|journée|goutte|"
    r"rondelle|barquette|brique|noisette|cerise|fraise|poire|banane|aubergine|courge|échalote|poule|vache|"
    r"rue|salle|famille|partie|pièce|copie|vue|clé|clef|loi|cour|sorte|paire|dizaine|douzaine|centaine|"
    r"victoire|guerre|lampe|robe|île|église|banque|bière|soupe|sauce|pâte|viande|pizza|salade|"
    r"crème|\w+(?:ture|ée(?<!musée)(?<!lycée)(?<!trophée)|aine|ille|ière|ade)|\w+(?:tion|sion|"
    r"ette|esse|ance|ence|euse|trice|elle|ité))s?$"
)
# What stands before a Roman numeral read as a number
_ROMAN_AFTER = re.compile(
    r"\b(?:chapitres?|chap\.|tomes?|volumes?|parties?|actes?|scènes?|articles?|sections?|types?|phases?|"
    r"titres?|livres?|niveaux?|grades?|guerres? mondiales?|siècles?|pages?) $",
    re.IGNORECASE,
)


def cardinal(n: int, gender: str = "", counted: bool = False) -> str:
    """A whole number; une and vingt et une before a feminine noun."""
    said = num2words(n, lang="fr")
    return said + "e" if gender == "f" and counted and re.search(r"\bun$", said) else said


def ordinal(n: int, gender: str = "m") -> str:
    """premier, première, deuxième."""
    if n == 1:
        return "première" if gender == "f" else "premier"
    return num2words(n, lang="fr", to="ordinal")


def year(n: int) -> str:
    """Years are plain numbers."""
    return num2words(n, lang="fr")


def fraction(top: int, bottom: int) -> str:
    """un demi, deux tiers, trois quarts, sept vingtièmes."""
    name = {2: "demi", 3: "tiers", 4: "quart"}.get(bottom) or (ordinal(bottom) if bottom > 4 else "sur un")
    return f"{cardinal(top)} {name}{'s' if top > 1 and name[-1] != 's' and bottom > 1 else ''}"


def date(day: int, month: int, when: int | None, left: str = "") -> str:
    """premier mai, cinq mai deux mille vingt et un."""
    return f"{'premier' if day == 1 else cardinal(day)} {_NAMES[month - 1]}" + (
        f" {year(when)}" if when is not None else ""
    )


def time(hour: int, minute: int, second: int | None = None) -> str:
    """quinze heures quarante-cinq."""
    said = f"{cardinal(hour, 'f', True)} heure{'s' if hour > 1 else ''}" + (
        f" {cardinal(minute, 'f', True)}" if minute else ""
    )
    return said + (f" et {cardinal(second, 'f', True)} seconde{'s' if second > 1 else ''}" if second else "")


def _clock(lang: Language, match: re.Match) -> str | None:
    return time(int(match[1]), int(match[2] or 0)) if int(match[1]) < 25 else None


def _ordinal(lang: Language, match: re.Match) -> str:
    number = roman_value(match[1]) if match[1][0] in "IVXLC" else int(match[1])
    said = ordinal(number, "f" if match[2] in ("re", "ère") else "m")
    return said + ("s" if match[0].endswith("s") else "")


def _elided(lang: Language, match: re.Match) -> str | None:
    """l'ONU, d'EDF: the capitals behind the apostrophe are read by themselves."""
    word = match[2]
    if word in lang.spoken_acronyms or (
        len(word) > 3 and word not in lang.spelled and re.search("[AEIOUY]", word)
    ):
        return match[1] + word.capitalize()
    return match[1] + spell(lang, word)


def _ruler(lang: Language, match: re.Match) -> str | None:
    name = re.search(r"([^\W\d_]{3,}) $", before(match))
    if (
        not match[0]
        or not name
        or not name[1][0].isupper()
        or name[1].isupper()
        or re.match(r"[.'-]\w", after(match))
    ):
        return None
    if len(match[0]) == 1 and name[1] not in lang.rulers or _ROMAN_AFTER.search(before(match)):
        return None
    return cardinal(roman_value(match[0]))


def _agree(lang: Language, match: re.Match) -> str | None:
    """A number ending in one before a written noun known as feminine."""
    noun = re.match(
        r" (?:(?:petite|grande|belle|nouvelle|autre|jeune)s? )?([a-zàâçéèêëîïôœûù]{3,})", after(match)
    )
    number = int(match[0])
    if noun is None or number % 10 != 1 or number % 100 in (11, 71, 91) or not _FEMININE.match(noun[1]):
        return None
    return cardinal(number, "f", True)


# What follows "M." beside a name: M. et Mme Durand, M. le maire
_TITLED = r" (?:et|ou) (?:M\.|Mme|Mlle|Mr)| l(?:es? |a |')[a-zàâéèêîôû]"

_RULES = tuple(
    Rule(name, begins, compiled(pattern), say)
    for name, begins, pattern, say in (
        ("time", "d", r"(\d{1,2}) ?(?:h|H)(?: ?([0-5]\d))?(?: ?min)?(?![^\W_])", _clock),
        french_halves(lambda noun: _FEMININE.match(noun) is not None),
        ("fraction", "d", r"(\d{1,6}) ?½", lambda lang, m: f"{cardinal(int(m[1]))} et demi"),
        ("ordinal", "d", r"(\d{1,4})(ers?|res?|ères?|es?|èmes?|nds?|ndes?|ème)(?![^\W_])", _ordinal),
        ("roman", "l", r"(?=[IVXLC])(X{0,3}(?:IX|IV|V?I{0,3}))(er|re|ère|es?|ème)(?![^\W_])", _ordinal),
        ("roman", "l", r"(?=[IVXLC])(?:X{0,3}(?:IX|IV|V?I{0,3}))(?![\w])", _ruler),
        ("letters", "l", r"((?:[cdjlmnst]|qu|[CDJLMNST]|Qu)')([A-ZÉÈÀ]{2,12})(?![^\W_])", _elided),
        ("word", "l", r"(?:[dlDL]|[Qq]u)'(?=\d)", lambda lang, m: m[0][:-1] + "e"),
        ("abbreviation", "l", rf"MM\.(?= [A-ZÉ]|{_TITLED})", lambda lang, m: "messieurs"),
        ("abbreviation", "l", rf"M\.(?= [A-ZÉ]|{_TITLED})", lambda lang, m: "monsieur"),
        ("abbreviation", "l", r"[Nn](?:°|º|o(?=\d)) ?(?=\d)", lambda lang, m: "numéro"),
        ("abbreviation", "l", r"pp?\. ?(?=\d)", lambda lang, m: "pages" if m[0][1] == "p" else "page"),
        ("abbreviation", "l", r"St[-. ](?=[A-Z])", lambda lang, m: "Saint"),
        ("abbreviation", "l", r"Ste[-. ](?=[A-Z])", lambda lang, m: "Sainte"),
        ("cardinal", "d", r"\d{0,6}1(?![\d]|[.,]\d)", _agree),
    )
)

_ABBREVIATIONS = {
    "Mme": "madame",
    "Mmes": "mesdames",
    "Mlle": "mademoiselle",
    "Dr": "docteur",
    "Dr.": "docteur",
    "Pr": "professeur",
    "Pr.": "professeur",
    "Me": "maître",
    "etc.": "et cetera",
    "p. ex.": "par exemple",
    "p.ex.": "par exemple",
    "c.-à-d.": "c'est-à-dire",
    "c-à-d": "c'est-à-dire",
    "av. J.-C.": "avant Jésus-Christ",
    "apr. J.-C.": "après Jésus-Christ",
    "ap. J.-C.": "après Jésus-Christ",
    "bd": "boulevard",
    "Bd": "boulevard",
    "bld.": "boulevard",
    "av.": "avenue",
    "tél.": "téléphone",
    "Tél.": "téléphone",
    "env.": "environ",
    "vol.": "volume",
    "chap.": "chapitre",
    "fig.": "figure",
    "art.": "article",
    "éd.": "édition",
    "cf.": "voir",
    "janv.": "janvier",
    "févr.": "février",
    "juil.": "juillet",
    "sept.": "septembre",
    "oct.": "octobre",
    "nov.": "novembre",
    "déc.": "décembre",
    "max.": "maximum",
    "min.": "minimum",
    "vs": "contre",
    "RDV": "rendez-vous",
    "rdv": "rendez-vous",
    "svp": "s'il vous plaît",
    "SVP": "s'il vous plaît",
    "Cie": "compagnie",
    "Sté": "société",
    "hab.": "habitants",
    "apr.": "après",
}
_UNITS = {
    "km": "kilomètre|kilomètres",
    "m": "mètre|mètres",
    "cm": "centimètre|centimètres",
    "mm": "millimètre|millimètres",
    "km/h": "kilomètre heure|kilomètres heure",
    "m/s": "mètre par seconde|mètres par seconde",
    "kg": "kilo|kilos",
    "g": "gramme|grammes",
    "mg": "milligramme|milligrammes",
    "t": "f~tonne|tonnes",
    "l L": "litre|litres",
    "ml mL": "millilitre|millilitres",
    "cl": "centilitre|centilitres",
    "m²": "mètre carré|mètres carrés",
    "km²": "kilomètre carré|kilomètres carrés",
    "m³": "mètre cube|mètres cubes",
    "ha": "hectare|hectares",
    "s": "f~seconde|secondes",
    "min": "f~minute|minutes",
    "°C": "degré Celsius|degrés Celsius",
    "°F": "degré Fahrenheit|degrés Fahrenheit",
    "°": "degré|degrés",
    "%": "pour cent|pour cent",
    "‰": "pour mille|pour mille",
    "Go GB": "gigaoctet|gigaoctets",
    "Mo MB": "mégaoctet|mégaoctets",
    "Ko ko KB": "kilooctet|kilooctets",
    "To TB": "téraoctet|téraoctets",
    "Hz": "hertz|hertz",
    "kHz": "kilohertz|kilohertz",
    "MHz": "mégahertz|mégahertz",
    "GHz": "gigahertz|gigahertz",
    "W": "watt|watts",
    "kW": "kilowatt|kilowatts",
    "kWh": "kilowattheure|kilowattheures",
    "V": "volt|volts",
    "kcal": "f~kilocalorie|kilocalories",
    "mmHg": "millimètre de mercure|millimètres de mercure",
    "Ω": "ohm|ohms",
    "kΩ": "kiloohm|kiloohms",
    "MΩ": "mégaohm|mégaohms",
    "mA": "milliampère|milliampères",
    "mV": "millivolt|millivolts",
    "MW": "mégawatt|mégawatts",
    "μg": "microgramme|microgrammes",
    "μm": "micromètre|micromètres",
    "nm": "nanomètre|nanomètres",
    "dl": "décilitre|décilitres",
    "ms": "f~milliseconde|millisecondes",
    "m/s²": "mètre par seconde au carré|mètres par seconde au carré",
    "cm²": "centimètre carré|centimètres carrés",
    "cm³": "centimètre cube|centimètres cubes",
    "hPa": "hectopascal|hectopascals",
    "J": "joule|joules",
    "kJ": "kilojoule|kilojoules",
    "km/s": "kilomètre par seconde|kilomètres par seconde",
    "dB": "décibel|décibels",
    "lb": "f~livre|livres",
    "Mbit/s": "mégabit par seconde|mégabits par seconde",
    "ch": "cheval|chevaux",
    "c._à_s. c.à.s. c._à_soupe càs CàS cs": "f~cuillère à soupe|cuillères à soupe",
    "c._à_c. c.à.c. c._à_café càc CàC": "f~cuillère à café|cuillères à café",
}

FRENCH = Language(
    code="fr",
    letters=frozenset("abcdefghijklmnopqrstuvwxyzàâæçéèêëîïôœùûüÿ"),
    cardinal=cardinal,
    ordinal=ordinal,
    year=year,
    words={
        "point": "virgule",
        "minus": "moins",
        "plus": "plus",
        "to": "à",
        "and": "et",
        "at": "arobase",
        "dot": "point",
        "slash": "barre oblique",
        "hyphen": "tiret",
        "underscore": "tiret bas",
        "power": "puissance",
        "squared": "au carré",
        "cubed": "au cube",
        "number": "numéro",
        "hashtag": "mot-dièse",
        "about": "environ",
    },
    symbols={
        "&": "et",
        "%": "pour cent",
        "‰": "pour mille",
        "+": "plus",
        "=": "égale",
        "×": "fois",
        "*": "fois",
        "÷": "divisé par",
        "§": "paragraphe",
        "#": "dièse",
        "@": "arobase",
        "°": "degrés",
        "©": "copyright",
        "®": "marque déposée",
        "™": "marque",
        "<": "inférieur à",
        ">": "supérieur à",
        "≤": "inférieur ou égal à",
        "≥": "supérieur ou égal à",
        "≠": "différent de",
        "≈": "environ",
        "±": "plus ou moins",
        "√": "racine carrée de",
        "∞": "infini",
        "→": "vers",
        "$": "dollars",
        "€": "euros",
        "£": "livres",
        "¥": "yens",
        "/": "barre oblique",
        "\\": "barre inversée",
    },
    letter_names=_LETTERS,
    form=lambda n, decimals: 0 if n < 2 else 1,
    units=nouns(_UNITS),
    currencies=money(
        {
            "EUR": ("euro|euros", "centime|centimes"),
            "USD": ("dollar|dollars", "cent|cents"),
            "GBP": ("f~livre|livres", "penny|pence"),
            "JPY": ("yen|yens", ""),
            "RUB": ("rouble|roubles", "kopeck|kopecks"),
            "CHF": ("franc suisse|francs suisses", "centime|centimes"),
            "CAD": ("dollar canadien|dollars canadiens", "cent|cents"),
        }
    ),
    magnitudes=nouns(
        {
            "mille": "mille|mille",
            "million millions M": "million|millions",
            "milliard milliards Md Mds": "milliard|milliards",
            "k K": "mille|mille",
        }
    ),
    of="de ",
    digits_after_point=False,
    fraction=fraction,
    leaning=frozenset("M. MM. p. pp.".split()),
    abbreviations=_ABBREVIATIONS,
    enders=frozenset(("etc.", "av. J.-C.", "apr. J.-C.", "ap. J.-C.", "J.-C.", "hab.")),
    spoken_acronyms=frozenset(
        "OTAN NASA ONU OVNI SIDA COVID UNESCO UNICEF FIFA UEFA OPEP FNAC INSEE RATP PACS SMIC CROUS ENA IKEA "
        "PIN".split()
    )
    - {"RATP"},
    spelled=frozenset(
        "SNCF RATP TGV EDF UE USA FBI PDG TVA HLM BBC BD CD DVD PC TV ADN CGT RER IRM QI".split()
    ),
    common=frozenset(
        "le la les un une des de du et ou où est il elle je tu nous vous ils on ne pas plus oui non si ce "
        "ça qui que quoi au aux en sur par pour avec sans dans tout tous très bien mal moi toi lui mon ma "
        "mes ton ta sa son ses été va vas fin stop tout rien ici là trop".split()
    ),
    roman_after=_ROMAN_AFTER,
    rulers=frozenset(
        "Louis Charles Henri François Philippe Jean Napoléon Pie Léon Georges Édouard Élisabeth Elizabeth "
        "Catherine Clément Urbain Paul".split()
    ),
    months={name: i + 1 for i, name in enumerate(_NAMES)}
    | dict(zip("janv févr avr juil sept oct nov déc".split(), (1, 2, 4, 7, 9, 10, 11, 12), strict=True)),
    date=date,
    time=time,
    phone_pairs=True,
    rules=_RULES,
)

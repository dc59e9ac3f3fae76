"""Czech: its words and numbers. Ordinals agree with the noun behind them and the preposition before."""

from __future__ import annotations

import re

from .counted import counted_rule, czech_gender
from .language import Language, after, before
from .plain import ROMAN, PlainLanguage, clock_rule, number_of, pairs, rules_of

_ONES = (
    "nultý první druhý třetí čtvrtý pátý šestý sedmý osmý devátý desátý jedenáctý dvanáctý třináctý čtrnáctý "
    "patnáctý šestnáctý sedmnáctý osmnáctý devatenáctý"
).split()
_TENS = "_ _ dvacátý třicátý čtyřicátý padesátý šedesátý sedmdesátý osmdesátý devadesátý".split()
# Endings of hard and soft ordinals by case; the feminine ones behind the bar
_HARD = {"n": "ý|á", "g": "ého|é", "d": "ému|é", "a": "ý|ou", "l": "ém|é", "i": "ým|ou", "neuter": "é|é"}
_SOFT = {"n": "í|í", "g": "ího|í", "d": "ímu|í", "a": "í|í", "l": "ím|í", "i": "ím|í", "neuter": "í|í"}
_PREPOSITIONS = {
    "l": "v|ve|na|o|po|při",
    "g": "do|od|ode|z|ze|bez|u|během|kolem|podle|konec|konce|konci|začátek|začátku|počátek|počátku|polovina|"
    "polovině|poloviny|průběhu|od roku",
    "d": "k|ke|ku|kvůli|díky|proti",
    "i": "s|se|před|nad|pod|mezi",
}
_MEN = (
    "Karel Ludvík Jindřich Filip Jan Pavel Pius Lev Benedikt Václav Vladislav Ferdinand František Josef "
    "Rudolf "
    "Maxmilián Matyáš Přemysl Otakar Vilém Jiří Eduard Alexandr Mikuláš Petr Napoleon Fridrich Leopold "
    "Albrecht "
    "Zikmund Boleslav Břetislav Soběslav"
)


def _ordinal(n: int, gender: str = "m", case: str = "n") -> str:
    """An ordinal; gender g is the genitive of a date."""
    if gender == "g":
        gender, case = "m", "g"
    if n < 20:
        words = [_ONES[n]]
    elif n < 100:
        words = [_TENS[n // 10]] + ([_ONES[n % 10]] if n % 10 else [])
    elif n % 100 and n < 10_000:
        return f"{CZECH.cardinal(n - n % 100)} {_ordinal(n % 100, gender, case)}"
    else:
        words = [{100: "stý", 1000: "tisící"}.get(n, "")]
        if not words[0]:
            return CZECH.cardinal(n)
    return " ".join(_declined(word, gender, case) for word in words)


def _declined(word: str, gender: str, case: str) -> str:
    endings = _SOFT if word[-1] == "í" else _HARD
    both = endings["neuter" if gender == "n" and case in "na" else case]
    return word[:-1] + both.split("|")[gender == "f"]


def _case_of(left: str) -> str:
    return next(
        (case for case, words in _PREPOSITIONS.items() if re.search(rf"(?i)(?<!\w)(?:{words}) $", left)), ""
    )


def _gender_of(noun: str, case: str) -> tuple[str, str]:
    """Gender and case of a noun, told from its ending and the case that a preposition asks for."""
    if re.search(r"(?:u)$", noun) and not case:
        return "f", "a"
    if noun.endswith("í") or (case in ("", "a") and noun.endswith("o")) or noun == "místě":
        return "n", case or "n"
    if case in ("", "n"):
        return ("f" if noun.endswith(("a", "e", "ě")) or noun.endswith("ost") else "m"), "n"
    if case == "l":
        return (
            "f" if noun.endswith(("ě", "e", "i")) and noun not in ("roce", "týdne", "městě") else "m"
        ), case
    if case == "g":
        return ("f" if noun.endswith(("y", "e", "i")) and noun not in ("dne", "týdne", "kola") else "m"), case
    if case == "i":
        return ("f" if noun.endswith(("ou", "í")) else "m"), case
    return ("f" if noun.endswith(("ě", "e")) else "m"), case


# Decades are plural: v devadesátých letech
_DECADE = {"léta": "á", "let": "ých", "letech": "ých", "letům": "ým", "lety": "ými"}
_DECADES = {10 * i: word[:-1] for i, word in enumerate(_TENS) if i > 1}


def _before_noun(lang: Language, match: re.Match) -> str | None:
    """21. století, ve 3. třídě, XX. století: the noun follows."""
    following = re.match(r"\s+([^\W\d_]+)", after(match))
    if following is None or not match[1]:
        return None
    number = number_of(match[1])
    if number > 999:
        return None
    noun = following[1]
    if noun in _DECADE:
        return _DECADES[number] + _DECADE[noun] if number in _DECADES else None
    if noun.lower() in lang.months:
        return _ordinal(number, "m", "g")
    adjective = re.match(r"\s+[^\W\d_]+(?:[ýáéí]|ého|ém|ou)\s+([^\W\d_]+)", after(match))
    gender, case = _gender_of(adjective[1] if adjective else noun, _case_of(before(match)))
    return _ordinal(number, gender, case)


def _ruler(lang: Language, match: re.Match) -> str | None:
    """Karel Čtvrtý, Karla Čtvrtého, Alžběty Druhé."""
    named = re.search(r"([^\W\d_]{3,}) $", before(match))
    if not match[1] or named is None or not named[1][0].isupper() or named[1].isupper():
        return None
    name = named[1]
    number = number_of(match[1])
    if name in _MEN.split():
        said = _ordinal(number)
    elif name.endswith(("a", "y", "ě", "ou")) and re.match(
        r"Alžb|Kateř|Mari|Ann|Viktor|Isabel|Krist|Margar", name
    ):
        said = _ordinal(number, "f", {"a": "n", "y": "g", "ě": "d", "u": "i"}.get(name[-1], "n"))
    elif name.endswith("a"):
        said = _ordinal(number, "m", "g")
    elif name.endswith("em"):
        said = _ordinal(number, "m", "i")
    elif name.endswith(("u", "ovi")):
        said = _ordinal(number, "m", "d")
    else:
        said = _ordinal(number)
    return said + ("." if match[0].endswith(".") and not after(match).strip() else "")


def _dated(lang: Language, match: re.Match) -> str | None:
    day, month = int(match[1]), int(match[2])
    if lang.date is None or not 1 <= day <= 31 or not 1 <= month <= 12:
        return None
    return lang.date(day, month, int(match[3]) if match[3] else None, before(match))


def _hours(lang: Language, hour: int, minute: int) -> str:
    word = ("hodina", "hodiny", "hodin")[0 if hour == 1 else 1 if 1 < hour < 5 else 2]
    said = f"{lang.cardinal(hour, 'f', True)} {word}"
    if not minute:
        return said
    word = ("minuta", "minuty", "minut")[0 if minute == 1 else 1 if 1 < minute < 5 else 2]
    return f"{said} {lang.cardinal(minute, 'f', True)} {word}"


CZECH = PlainLanguage(
    code="cs",
    accents="áčďéěíňóřšťúůýž",
    letter_names="á,bé,cé,dé,é,ef,gé,há,í,jé,ká,el,em,en,ó,pé,kvé,er,es,té,ú,vé,dvojité vé,iks,ypsilon,zet",
    words="celá,minus,plus,až,a,zavináč,tečka,lomeno,pomlčka,podtržítko,na,na druhou,na třetí,"
    "číslo,hashtag,asi",
    signs=(
        "a,procent,plus,rovná se,krát,děleno,paragraf,křížek,zavináč,stupňů,menší než,větší "
        "než,copyright,ochranná známka,dolarů,eur,liber"
    ),
    units="kilometr|kilometry|kilometrů|kilometru,metr|metry|metrů|metru,centimetr|centimetry|centimetrů|"
    "centimetru,"
    "milimetr|milimetry|milimetrů|milimetru,kilogram|kilogramy|kilogramů|kilogramu,gram|gramy|gramů|gramu,"
    "litr|litry|litrů|litru,kilometr za hodinu|kilometry za hodinu|kilometrů za hodinu|kilometru za hodinu,"
    "n~procento|procenta|procent|procenta,stupeň Celsia|stupně Celsia|stupňů Celsia|stupně Celsia,"
    "stupeň|stupně|stupňů|stupně,gigabajt|gigabajty|gigabajtů|gigabajtu,megabajt|megabajty|megabajtů|"
    "megabajtu,"
    "f~minuta|minuty|minut|minuty,f~hodina|hodiny|hodin|hodiny,"
    "metr čtvereční|metry čtvereční|metrů čtverečních|metru čtverečního,watt|watty|wattů|wattu,volt|volty|"
    "voltů|voltu",
    money={
        "EUR": ("n~euro|eura|eur|eura", "cent|centy|centů"),
        "USD": ("dolar|dolary|dolarů|dolaru", "cent|centy|centů"),
        "GBP": ("f~libra|libry|liber|libry", "f~pence|pence|pencí"),
        "Kč": ("f~koruna|koruny|korun|koruny", "haléř|haléře|haléřů"),
        "CZK": ("f~koruna|koruny|korun|koruny", "haléř|haléře|haléřů"),
    },
    sizes={
        "tisíc tis.": "tisíc|tisíce|tisíc|tisíce",
        "milion miliony milionů mil.": "milion|miliony|milionů|milionu",
        "miliarda miliardy miliard mld.": "f~miliarda|miliardy|miliard|miliardy",
    },
    abbreviations={
        "Mgr.": "magistr",
        "Bc.": "bakalář",
        "MUDr.": "em u doktor",
        "JUDr.": "jé u doktor",
        "doc.": "docent",
        "apod.": "a podobně",
        "aj.": "a jiné",
        "mj.": "mimo jiné",
        "popř.": "popřípadě",
        "resp.": "respektive",
        "cca": "cirka",
        "cca.": "cirka",
        "nám.": "náměstí",
        "sv.": "svatý",
        "kap.": "kapitola",
        "tř.": "třída",
        "tel.": "telefon",
        "Tel.": "telefon",
        "obr.": "obrázek",
        "tab.": "tabulka",
        "max.": "maximálně",
        "min.": "minimálně",
        "mld.": "miliard",
        "s.r.o.": "es er ó",
        "a.s.": "á es",
        "př. Kr.": "před Kristem",
        "po Kr.": "po Kristu",
        "čp.": "číslo popisné",
        "roč.": "ročník",
        "vyd.": "vydání",
        "srov.": "srovnej",
        "viz.": "viz",
        "např.": "například",
        "atd.": "a tak dále",
        "tj.": "to jest",
        "tzn.": "to znamená",
        "č.": "číslo",
        "str.": "strana",
        "pan.": "pan",
        "Dr.": "doktor",
        "dr.": "doktor",
        "prof.": "profesor",
        "Ing.": "inženýr",
        "př. n. l.": "před naším letopočtem",
        "n. l.": "našeho letopočtu",
        "ul.": "ulice",
        "tzv.": "takzvaný",
    },
    months="ledna února března dubna května června července srpna září října listopadu prosince",
    of="",
    feminine={"dva": "dvě"},
    masculine={"jedna": "jeden"},
    ordinals=_ordinal,
    months_ordinal="all",
    more_units=pairs(
        "mg=miligram|miligramy|miligramů|miligramu; μg=mikrogram|mikrogramy|mikrogramů|mikrogramu; "
        "t=f~tuna|tuny|tun|tuny; dkg dag=n~deka; q=cent|centy|centů; ml mL=mililitr|mililitry|mililitrů|"
        "mililitru; "
        "cl=centilitr|centilitry|centilitrů|centilitru; dl=decilitr|decilitry|decilitrů|decilitru; "
        "m/s=metr za sekundu|metry za sekundu|metrů za sekundu|metru za sekundu; "
        "km²=kilometr čtvereční|kilometry čtvereční|kilometrů čtverečních|kilometru čtverečního; "
        "cm²=centimetr čtvereční|centimetry čtvereční|centimetrů čtverečních; "
        "m³=metr krychlový|metry krychlové|metrů krychlových|metru krychlového; "
        "cm³=centimetr krychlový|centimetry krychlové|centimetrů krychlových; ha=hektar|hektary|hektarů|"
        "hektaru; "
        "μm=mikrometr|mikrometry|mikrometrů|mikrometru; "
        "s sek.=f~sekunda|sekundy|sekund|sekundy; ms=f~milisekunda|milisekundy|milisekund; "
        "hod hod.=f~hodina|hodiny|hodin|hodiny; kW=kilowatt|kilowatty|kilowattů|kilowattu; "
        "MW=megawatt|megawatty|megawattů|megawattu; kWh=f~kilowatthodina|kilowatthodiny|kilowatthodin; "
        "Hz=hertz|hertzy|hertzů; kHz=kilohertz|kilohertzy|kilohertzů; MHz=megahertz|megahertzy|megahertzů; "
        "GHz=gigahertz|gigahertzy|gigahertzů; kB KB=kilobajt|kilobajty|kilobajtů; TB=terabajt|terabajty|"
        "terabajtů; "
        "Mbit/s=megabit za sekundu|megabity za sekundu|megabitů za sekundu; °F=stupeň Fahrenheita|stupně "
        "Fahrenheita|stupňů Fahrenheita; dB=decibel|decibely|decibelů; kcal=f~kilokalorie|kilokalorie|"
        "kilokalorií; "
        "‰=n~promile; hPa=hektopascal|hektopascaly|hektopascalů; mmHg=milimetr rtuti|milimetry rtuti|"
        "milimetrů rtuti; "
        "Ω=ohm|ohmy|ohmů; kΩ=kiloohm|kiloohmy|kiloohmů; mA=miliampér|miliampéry|miliampérů;"
        ""
        "J=joule|jouly|joulů; kJ=kilojoule|kilojouly|kilojoulů; ks=kus|kusy|kusů; "
        "os.=f~osoba|osoby|osob; lž.=f~lžíce|lžíce|lžic"
    ),
    rulers=_MEN,
    roman_after="kapitol(?:a|y|u|e|ách)|kap\\.|díl[yu]?|svaz(?:ek|ky)|jednání|člán(?:ek|ky|ku)|typ[yu]?|"
    "tříd[ayu]|stup(?:eň|ně)|fáz[ei]|tabulk[ayu]|obráz(?:ek|ky|ku)|skupin[ayu]|stran[ayu]",
    spoken="ČEZ ČEDOK AIDS RAM PIN",
    spelled="ČR ČSSR ČNB ČSSD ODS KDU ČVUT EU OSN USA DNA CEO GPS SMS PDF IBM BMW SPZ DPH",
    common="a i o u v k s z na do se je to ten ta ti my vy on ona ano ne ale nebo když jak kde kdo co "
    "proč tak už jen "
    "ještě být byl byla jsem jsi jsou mám máš má pro po při od za nad pod bez tady tam moje můj tvůj nám "
    "vám stop",
    leaning="č. čís. s. str. kap. tř. ul. nám. sv. p. pí. Ing. Mgr. Bc. MUDr. JUDr. PhDr. doc. prof. tel. "
    "tzv. tzn. např.",
    enders="atd. apod. aj. n. l. s.r.o. a.s. hod. Kč. let.",
    ratio="ku",
    parts={
        2: "polovina|poloviny",
        3: "třetina|třetiny",
        4: "čtvrtina|čtvrtiny",
        5: "pětina|pětiny",
        6: "šestina|šestiny",
        7: "sedmina|sedminy",
        8: "osmina|osminy",
        9: "devítina|devítiny",
        10: "desetina|desetiny",
        100: "setina|setiny",
    },
    part_gender="f",
    over="lomeno",
    rules=rules_of(
        clock_rule("v|ve|od|do|kolem|před|po|mezi|a|na", "hodin[auy]?|hod\\.|h", _hours),
        ("date", "d", r"(\d{1,2})\. ?(\d{1,2})\. ?((?:1\d|20)\d\d)(?!\d)", _dated),
        ("date", "d", r"(\d{1,2})\.(\d{1,2})\.()(?!\d)", _dated),
        counted_rule("[12]", czech_gender),
        ("ordinal", "d", r"(\d{1,3})\.(?=\s+[a-záčďéěíňóřšťúůýž])", _before_noun),
        (
            "roman",
            "l",
            rf"({ROMAN})\.(?=\s+[a-záčďéěíňóřšťúůýž]{{3}})(?!\s+(?:byl|měl|se|by))",
            lambda lang, m: _ruler(lang, m) or _before_noun(lang, m),
        ),
        ("roman", "l", rf"({ROMAN})\.(?![^\W_])", _ruler),
        ("abbreviation", "l", r"č\. ?(?=\d)|[Čč]ís\. ?(?=\d)", lambda lang, m: "číslo"),
        ("abbreviation", "l", r"(?:s|str)\. ?(?=\d)", lambda lang, m: "strana"),
        ("abbreviation", "l", r"[Kk]ap\. ?(?=[\dIVX])", lambda lang, m: "kapitola"),
        ("abbreviation", "l", r"tř\. ?(?=\d)", lambda lang, m: "třída"),
        ("abbreviation", "l", r"čl\. ?(?=\d)", lambda lang, m: "článek"),
    ),
).language()

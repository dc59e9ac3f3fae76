"""Swedish: its words and numbers. Ordinals for kings, centuries and the days of dates."""

from __future__ import annotations

import re

from num2words import num2words

from .counted import counted_rule, swedish_gender
from .halves import SWEDISH_HALVES
from .language import Language
from .plain import ROMAN, PlainLanguage, clock_rule, day_rule, ordinal_rule, pairs, rules_of
from .roman import roman_value

# What a Roman numeral before it counts
_COUNTED = (
    "århundradet|seklet|världskriget|riket|republiken|divisionen|armén|internationalen|dynastin|upplagan"
)
_TENS = {20: "tjugonde", 100: "hundrade", 1000: "tusende"}


def _ordinal(n: int, gender: str = "m") -> str:
    said = _TENS.get(n) or num2words(n, lang="sv", to="ordinal").replace("etttusen", "ettusen")
    if gender == "k" and said.endswith(("första", "andra")):  # of a man: den förste, den andre
        said = said[:-1] + "e"
    return said


def _regnal(number: int, name: str) -> str:
    woman = name in (
        "Kristina",
        "Margareta",
        "Margrethe",
        "Elisabet",
        "Elizabeth",
        "Katarina",
        "Isabella",
        "Maria",
    )
    return f"den {SWEDISH.ordinal(number, 'm' if woman else 'k')}"


def _decade(lang: Language, match: re.Match) -> str:
    return f"{lang.year(int(match[1]))}tal{match[2]}"


def _crowns(lang: Language, match: re.Match) -> str:
    """Prices as tags write them: 5:50 kr, 5:-."""
    amount = lang.cardinal(int(match[1]), "f", True)
    if int(match[1]) == 1:
        amount = "en"
    said = f"{amount} {'krona' if int(match[1]) == 1 else 'kronor'}"
    return said + (f" {lang.cardinal(int(match[2]))}" if match[2] and int(match[2]) else "")


def _century(lang: Language, match: re.Match) -> str | None:
    return lang.ordinal(roman_value(match[1])) if match[1] else None


SWEDISH = PlainLanguage(
    code="sv",
    accents="åäöé",
    letter_names="a,be,se,de,e,eff,ge,hå,i,ji,kå,ell,emm,enn,o,pe,ku,ärr,ess,te,u,ve,dubbelve,eks,y,säta",
    words=(
        "komma,minus,plus,till,och,snabel-a,punkt,snedstreck,bindestreck,understreck,upphöjt till,i "
        "kvadrat,i kubik,nummer,hashtagg,ungefär"
    ),
    signs=(
        "och,procent,plus,lika med,gånger,delat med,paragraf,fyrkant,snabel-a,grader,mindre än,större "
        "än,copyright,varumärke,dollar,euro,pund"
    ),
    units="kilometer,meter,centimeter,millimeter,n~kilo,n~gram,liter,kilometer i timmen,procent,grad "
    "Celsius|grader Celsius,grad|grader,gigabyte,megabyte,minut|minuter,timme|timmar,kvadratmeter,watt,volt",
    money={
        "EUR": ("euro", "cent"),
        "USD": ("dollar", "cent"),
        "GBP": ("n~pund", "penny|pence"),
        "kr": ("krona|kronor", "n~öre"),
        "SEK": ("krona|kronor", "n~öre"),
        "tkr": ("n~tusen kronor", ""),
        "mkr Mkr": ("miljon kronor|miljoner kronor", ""),
        "mdkr": ("miljard kronor|miljarder kronor", ""),
    },
    sizes={
        "tusen": "tusen",
        "miljon miljoner mn milj. milj": "miljon|miljoner",
        "miljard miljarder md mdr mdr. mrd": "miljard|miljarder",
    },
    abbreviations={
        "kap.": "kapitel",
        "etc.": "et cetera",
        "m.fl.": "med flera",
        "d.v.s.": "det vill säga",
        "bl. a.": "bland annat",
        "o.s.v.": "och så vidare",
        "t.o.m.": "till och med",
        "fr.o.m.": "från och med",
        "p.g.a.": "på grund av",
        "f.d.": "före detta",
        "resp.": "respektive",
        "inkl.": "inklusive",
        "exkl.": "exklusive",
        "ev.": "eventuellt",
        "jfr": "jämför",
        "prof.": "professor",
        "tel.": "telefon",
        "Tel.": "telefon",
        "fig.": "figur",
        "max.": "maximalt",
        "min.": "minst",
        "ca.": "cirka",
        "nr.": "nummer",
        "f. Kr.": "före Kristus",
        "e. Kr.": "efter Kristus",
        "jan.": "januari",
        "feb.": "februari",
        "aug.": "augusti",
        "sept.": "september",
        "okt.": "oktober",
        "nov.": "november",
        "dec.": "december",
        "t.ex.": "till exempel",
        "t. ex.": "till exempel",
        "osv.": "och så vidare",
        "bl.a.": "bland annat",
        "dvs.": "det vill säga",
        "nr": "nummer",
        "s.k.": "så kallad",
        "ca": "cirka",
        "dr": "doktor",
        "f.Kr.": "före Kristus",
        "e.Kr.": "efter Kristus",
        "m.m.": "med mera",
        "kl.": "klockan",
        "kl": "klockan",
    },
    months="januari februari mars april maj juni juli augusti september oktober november december",
    of="",
    feminine={},
    masculine={"ett": "en"},
    ordinals=_ordinal,
    months_ordinal="all",
    more_units=pairs(
        "mg=n~milligram; μg=n~mikrogram; t=n~ton; ml mL=milliliter; cl=centiliter; dl=deciliter; "
        "m/s=meter per "
        "sekund; m/s²=meter per sekundkvadrat; km²=kvadratkilometer; cm²=kvadratcentimeter; m³=kubikmeter; "
        "cm³=kubikcentimeter; ha=n~hektar; s sek sek.=sekund|sekunder; ms=millisekund|millisekunder; "
        "tim tim.=timme|timmar; kW=kilowatt; MW=megawatt; kWh=kilowattimme|kilowattimmar; Hz=hertz; "
        "kHz=kilohertz; "
        "MHz=megahertz; GHz=gigahertz; kB KB=kilobyte; TB=terabyte; Mbit/s=megabit per sekund; °F=grad "
        "Fahrenheit|grader Fahrenheit; dB=decibel; kcal=kilokalori|kilokalorier; ‰=promille; "
        "hPa=hektopascal; "
        "mmHg=millimeter kvicksilver; Ω=ohm; kΩ=kiloohm; mA=milliampere; A=ampere; mV=millivolt; J=joule; "
        "kJ=kilojoule; N=newton; hk=hästkraft|hästkrafter; msk=matsked|matskedar; tsk=tesked|teskedar; "
        "krm=n~kryddmått; st st.=n~stycke|stycken; nm=nanometer; μm=mikrometer; hg=n~hekto"
    ),
    regnal=_regnal,
    rulers="Karl Carl Gustav Gustaf Oscar Oskar Erik Johan Magnus Sigismund Fredrik Kristian Adolf Filip "
    "Henrik Ludvig "
    "Vilhelm Georg Edvard Napoleon Alexander Nikolaus Peter Paulus Pius Leo Johannes Benedictus Elizabeth",
    roman_after="kapit(?:el|let|len)|kap\\.|del(?:en|ar|arna)?|band(?:en)?|akt(?:en|er|erna)?|"
    "scen(?:en|er|erna)?|artik(?:el|eln|lar|larna)|typ(?:en|er)?|klass(?:en|er)?|nivå(?:n|er)?|fas(?:en|er)?|"
    "tabell(?:en|er)?|"
    "figur(?:en|er)?|världskrig(?:et|en)|grupp(?:en|er)?|bok(?:en)?|böcker(?:na)?|sid(?:a|an|or|orna)",
    spoken="SAAB SIDA ICA",
    spelled="SMHI SCB LRF EU FN SVT SR SJ SAS LO TCO KTH DNA CEO GPS SMS PDF IBM BMW SD VD HIV",
    common="och i att det som en ett på är av för med den till inte om ni vi du jag han hon de var har "
    "hade kan ska "
    "ja nej nu så men eller när här där vad vem hur min din sin mitt ditt upp ner ut in ur från mer än "
    "bra stopp",
    leaning="nr nr. s. sid. kap. ca ca. t.ex. bl.a. kl. kl dr prof. st. tel. fig. jfr art.",
    enders="etc. m.m. m.fl. osv. f.Kr. e.Kr. d.y. d.ä. o.d. kr.",
    ratio="till",
    parts={
        2: "halv|halva",
        3: "tredjedel|tredjedelar",
        4: "fjärdedel|fjärdedelar",
        5: "femtedel|femtedelar",
        6: "sjättedel|sjättedelar",
        7: "sjundedel|sjundedelar",
        8: "åttondel|åttondelar",
        9: "niondel|niondelar",
        10: "tiondel|tiondelar",
        100: "hundradel|hundradelar",
    },
    over="genom",
    rules=rules_of(
        SWEDISH_HALVES,
        ("currency", "d", r"(\d{1,6}):(?:(\d\d) ?kr(?![^\W_])\.?|-)", _crowns),
        clock_rule("kl\\.?|klockan|mellan|från|till"),
        day_rule("den|till|från|sedan|på|måndag|tisdag|onsdag|torsdag|fredag|lördag|söndag"),
        ("ordinal", "d", r"(\d{1,3}):(?:a|e|de|dje|nde|te|tte)(?![^\W_])", ordinal_rule("m")),
        counted_rule("1", swedish_gender),
        ("decade", "d", r"(\d{2,4})-?tal(et|ets|en|)(?![^\W_])", _decade),
        ("roman", "l", rf"({ROMAN}):(?:a|e)(?![^\W_])", _century),
        ("roman", "l", rf"({ROMAN})(?= (?:{_COUNTED})(?![^\W_]))", _century),
        ("abbreviation", "l", r"([A-ZÅÄÖ][^\W\d_]{2,20})g\.(?= \d)", lambda lang, m: f"{m[1]}gatan"),
        ("abbreviation", "l", r"[Nn]r\.? ?(?=\d)", lambda lang, m: "nummer"),
        ("abbreviation", "l", r"(?:s|sid)\. ?(?=\d)", lambda lang, m: "sidan"),
        ("abbreviation", "l", r"[Kk]ap\. ?(?=[\dIVX])", lambda lang, m: "kapitel"),
        ("abbreviation", "l", r"[Kk]l\.? ?(?=\d)", lambda lang, m: "klockan"),
    ),
).language()

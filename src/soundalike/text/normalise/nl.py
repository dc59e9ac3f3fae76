"""Dutch: its words and numbers. Ordinals for kings and centuries; hours before their minutes."""

from __future__ import annotations

import re

from .halves import DUTCH_HALVES
from .language import Language
from .plain import ROMAN, PlainLanguage, clock_rule, day_rule, noun_rule, ordinal_rule, pairs, rules_of


def _regnal(number: int, name: str) -> str:
    return f"de {DUTCH.ordinal(number)}"


def _ordinal(n: int, gender: str = "m") -> str:
    from num2words import num2words

    said = num2words(n, lang="nl", to="ordinal")
    return "eerste" if n == 1 else said


def _hours(lang: Language, hour: int, minute: int) -> str:
    return f"{lang.cardinal(hour)} uur" + (f" {lang.cardinal(minute)}" if minute else "")


def _elided(lang: Language, match: re.Match) -> str:
    """'t is het, 'n is een, 'k is ik."""
    return {"t": "het", "n": "een", "k": "ik"}[match[1].lower()]


DUTCH = PlainLanguage(
    code="nl",
    accents="áéèëêïíóöúü",
    letter_names=(
        "aa,bee,cee,dee,ee,ef,gee,haa,ie,jee,kaa,el,em,en,oo,pee,kuu,er,es,tee,uu,vee,wee,iks,ij,zet"
    ),
    words=(
        "komma,min,plus,tot,en,apenstaartje,punt,schuine streep,streepje,liggend streepje,tot de "
        "macht,kwadraat,tot de derde,nummer,hashtag,ongeveer"
    ),
    signs=(
        "en,procent,plus,is,keer,gedeeld door,paragraaf,hekje,apenstaartje,graden,kleiner dan,groter "
        "dan,copyright,handelsmerk,dollar,euro,pond"
    ),
    units="kilometer,meter,centimeter,millimeter,kilo,gram,liter,kilometer per uur,procent,"
    "graad Celsius|graden Celsius,graad|graden,"
    "gigabyte,megabyte,minuut|minuten,uur,vierkante meter,watt,volt",
    money={"EUR": ("euro", "cent"), "USD": ("dollar", "cent"), "GBP": ("pond", "penny|pence")},
    sizes={"duizend": "duizend", "miljoen mln mln.": "miljoen", "miljard mld mld.": "miljard"},
    abbreviations={
        "afb.": "afbeelding",
        "dhr.": "de heer",
        "Dhr.": "de heer",
        "mw.": "mevrouw",
        "Mevr.": "mevrouw",
        "drs.": "doctorandus",
        "Drs.": "doctorandus",
        "ir.": "ingenieur",
        "ing.": "ingenieur",
        "mr.": "meester",
        "Prof.": "professor",
        "m.b.t.": "met betrekking tot",
        "t.o.v.": "ten opzichte van",
        "i.p.v.": "in plaats van",
        "i.v.m.": "in verband met",
        "n.a.v.": "naar aanleiding van",
        "o.l.v.": "onder leiding van",
        "t.a.v.": "ter attentie van",
        "z.s.m.": "zo spoedig mogelijk",
        "bv.": "bijvoorbeeld",
        "b.v.": "bijvoorbeeld",
        "e.d.": "en dergelijke",
        "evt.": "eventueel",
        "excl.": "exclusief",
        "incl.": "inclusief",
        "jl.": "jongstleden",
        "max.": "maximaal",
        "min.": "minimaal",
        "tel.": "telefoon",
        "Tel.": "telefoon",
        "vgl.": "vergelijk",
        "hfst.": "hoofdstuk",
        "hfdst.": "hoofdstuk",
        "WO": "Wereldoorlog",
        "etc.": "et cetera",
        "jan.": "januari",
        "feb.": "februari",
        "aug.": "augustus",
        "sept.": "september",
        "okt.": "oktober",
        "nov.": "november",
        "dec.": "december",
        "mevr.": "mevrouw",
        "dr.": "dokter",
        "Dr.": "Dokter",
        "prof.": "professor",
        "bijv.": "bijvoorbeeld",
        "enz.": "enzovoort",
        "d.w.z.": "dat wil zeggen",
        "nr.": "nummer",
        "blz.": "bladzijde",
        "o.a.": "onder andere",
        "ca.": "circa",
        "v.Chr.": "voor Christus",
        "n.Chr.": "na Christus",
        "a.u.b.": "alstublieft",
        "m.a.w.": "met andere woorden",
    },
    months="januari februari maart april mei juni juli augustus september oktober november december",
    of="",
    feminine={},
    masculine={},
    ordinals=_ordinal,
    more_units=pairs(
        "km/u=kilometer per uur; mg=milligram; μg=microgram; t=ton; ml mL=milliliter; cl=centiliter; "
        "dl=deciliter; "
        "m/s=meter per seconde; m/s²=meter per seconde kwadraat; km²=vierkante kilometer; cm²=vierkante "
        "centimeter; "
        "m³=kubieke meter; cm³=kubieke centimeter; ha=hectare|hectare; s sec sec.=seconde|seconden; "
        "ms=milliseconde|milliseconden; u=uur; kW=kilowatt; MW=megawatt; kWh=kilowattuur; Hz=hertz; "
        "kHz=kilohertz; "
        "MHz=megahertz; GHz=gigahertz; kB KB=kilobyte; TB=terabyte; Mbit/s=megabit per seconde; "
        "°F=graad Fahrenheit|graden Fahrenheit; dB=decibel; kcal=kilocalorie|kilocalorieën; ‰=promille; "
        "hPa=hectopascal; mmHg=millimeter kwik; Ω=ohm; kΩ=kilo-ohm; mA=milliampère; A=ampère; mV=millivolt; "
        "J=joule; kJ=kilojoule; N=newton; pk=paardenkracht; el=eetlepel|eetlepels; tl=theelepel|theelepels; "
        "nm=nanometer; μm=micrometer"
    ),
    regnal=_regnal,
    rulers="Lodewijk Willem Karel Hendrik Filips Johannes Paulus Pius Leo Benedictus Frederik Alexander "
    "George Jacob "
    "Napoleon Elizabeth Albert Leopold Boudewijn Floris Jan Peter Otto Catharina",
    roman_after="hoofdstuk(?:ken)?|hfd?st\\.|WO|deel|delen|band(?:en)?|akten?|artikel(?:en|s)?|art\\.|types?|"
    "klassen?|niveaus?|fasen?|tabel(?:len)?|figuur|figuren|wereldoorlog(?:en)?|groep(?:en)?|"
    "pagina(?:'s)?|boek(?:en)?",
    spoken="NAVO NOS AOW BOB PIN KNAW",
    spelled="KNMI RIVM GGD NPO RTL FNV EU VS VN CDA VVD PVV SP NS KLM ANWB BTW AOW DNA CEO GPS SMS "
    "PDF IBM BMW ING ABN UWV OV",
    common="de het een en of maar niet ik jij je hij zij wij we jullie is was ben bent zijn heb heeft had "
    "in op aan uit "
    "om bij met van voor door over naar dat die dit wat wie waar hoe ja nee nu al ook nog te zo er hier "
    "daar stop",
    leaning="nr. nrs. blz. p. pp. hfst. hfdst. art. dr. drs. ir. mr. ing. prof. dhr. mevr. mw. st. St. ca. "
    "tel. "
    "vgl.",
    enders="etc. a.u.b. n.Chr. v.Chr. N.V. B.V. e.d. jl. jr. sr.",
    ratio="op",
    parts={
        2: "half|halve",
        3: "derde|derde",
        4: "kwart|kwart",
        5: "vijfde|vijfde",
        6: "zesde|zesde",
        7: "zevende|zevende",
        8: "achtste|achtste",
        9: "negende|negende",
        10: "tiende|tiende",
        100: "honderdste|honderdste",
    },
    over="op",
    rules=rules_of(
        DUTCH_HALVES,
        clock_rule("om|tot|vanaf|rond|van|tegen|half", "uur|u", _hours),
        day_rule(
            "op|tot|vanaf|sinds|van|d\\.d\\.|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag"
        ),
        ("ordinal", "d", r"(\d{1,4})(?:e|de|ste|ᵉ)(?![^\W_])", ordinal_rule("m")),
        ("ordinal", "l", rf"({ROMAN})(?:e|de|ste)(?![^\W_])", ordinal_rule("m")),
        noun_rule("wereldoorlog|eeuw|rijk|republiek|editie|divisie|millennium|dynastie|internationale", "m"),
        ("decade", "d", r"(\d{2,4})'?er(?= jaren)", lambda lang, m: f"{lang.year(int(m[1]))}er"),
        ("number", "d", r"jaren '(\d\d)(?!\d)", lambda lang, m: f"jaren {lang.cardinal(int(m[1]))}"),
        ("elision", "s", r"'s ([a-zA-Z][^\W\d_]*)", lambda lang, m: f"s{m[1]}"),
        ("elision", "s", r"'([tTnNkK])(?![^\W_])", _elided),
        ("abbreviation", "l", r"[Nn]r\.? ?(?=\d)", lambda lang, m: "nummer"),
        ("abbreviation", "l", r"blz\.? ?(?=\d)|p\. ?(?=\d)", lambda lang, m: "bladzijde"),
        ("abbreviation", "l", r"[Aa]rt\. ?(?=\d)", lambda lang, m: "artikel"),
        ("abbreviation", "l", r"t/m(?![^\W_])", lambda lang, m: "tot en met"),
        ("abbreviation", "l", r"[Ss]t\. ?(?=[A-Z])", lambda lang, m: "Sint"),
    ),
).language()

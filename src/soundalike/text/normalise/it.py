"""Italian: its words and numbers. Ordinals agree in gender; kings and centuries are ordinals."""

from __future__ import annotations

import re

from .counted import counted_rule, italian_gender
from .halves import ITALIAN_HALVES
from .language import Language, before
from .plain import ROMAN, PlainLanguage, clock_rule, day_rule, noun_rule, ordinal_rule, pairs, rules_of

_DEGREES = r"(?! ?(?:C|F|nord|sud|est|ovest|di (?:longitudine|latitudine|temperatura)|all|a|e|o)(?![^\W_]))"


def _regnal(number: int, name: str) -> str:
    feminine = name.endswith("a") and name not in ("Andrea", "Luca", "Nicola", "Mattia")
    return ITALIAN.ordinal(number, "f" if feminine else "m")


def _feminine(lang: Language, match: re.Match) -> str | None:
    led = re.search(r"(?i)\b(?:la|una|della|alla|nella|dalla|prima e|sua|questa) $", before(match))
    return lang.ordinal(int(match[1]), "f") if led else None


_M = (
    r"secol[oi]|secc?\.|millennio|capitolo|canto|atto|volume|tomo|libro|articolo|posto|concilio|congresso|"
    "piano|municipio"
)
_F = "guerra|edizione|dinastia|legislatura|repubblica|parte|scena|sezione|classe|divisione|armata|fase"

ITALIAN = PlainLanguage(
    code="it",
    accents="àèéìíîòóùú",
    letter_names=(
        "a,bi,ci,di,e,effe,gi,acca,i,i lunga,cappa,elle,emme,enne,o,pi,cu,erre,esse,ti,u,vu,doppia "
        "vu,ics,ipsilon,zeta"
    ),
    words=(
        "virgola,meno,più,a,e,chiocciola,punto,barra,trattino,trattino basso,elevato a,al quadrato,al "
        "cubo,numero,hashtag,circa"
    ),
    signs=(
        "e,per cento,più,uguale,per,diviso,paragrafo,cancelletto,chiocciola,gradi,minore di,maggiore "
        "di,copyright,marchio,dollari,euro,sterline"
    ),
    units="chilometro|chilometri,metro|metri,centimetro|centimetri,millimetro|millimetri,chilo|chili,"
    "grammo|grammi,litro|litri,chilometro orario|chilometri orari,per cento,grado Celsius|gradi Celsius,"
    "grado|gradi,gigabyte,megabyte,minuto|minuti,f~ora|ore,metro quadrato|metri quadrati,watt,volt",
    money={
        "EUR": ("euro", "centesimo|centesimi"),
        "USD": ("dollaro|dollari", "centesimo|centesimi"),
        "GBP": ("f~sterlina|sterline", "penny|pence"),
    },
    sizes={
        "mila": "mila",
        "milione milioni mln mln.": "milione|milioni",
        "miliardo miliardi mld mld.": "miliardo|miliardi",
    },
    abbreviations={
        "art.": "articolo",
        "F.lli": "fratelli",
        "C.so": "corso",
        "Sig.": "signor",
        "sig.": "signor",
        "sig.ra": "signora",
        "Sigg.": "signori",
        "dott.": "dottor",
        "dott.ssa": "dottoressa",
        "Dott.ssa": "dottoressa",
        "Ing.": "ingegner",
        "ing.": "ingegner",
        "Avv.": "avvocato",
        "avv.": "avvocato",
        "Arch.": "architetto",
        "Geom.": "geometra",
        "Rag.": "ragionier",
        "On.": "onorevole",
        "prof.": "professor",
        "prof.ssa": "professoressa",
        "Prof.ssa": "professoressa",
        "p. es.": "per esempio",
        "p.es.": "per esempio",
        "ad es.": "ad esempio",
        "cap.": "capitolo",
        "Cap.": "capitolo",
        "vol.": "volume",
        "fig.": "figura",
        "tel.": "telefono",
        "Tel.": "telefono",
        "cell.": "cellulare",
        "c.so": "corso",
        "p.zza": "piazza",
        "P.zza": "piazza",
        "V.le": "viale",
        "v.le": "viale",
        "a. C.": "avanti Cristo",
        "d. C.": "dopo Cristo",
        "cfr.": "confronta",
        "ca.": "circa",
        "max.": "massimo",
        "min.": "minimo",
        "dr.": "dottor",
        "S.p.A.": "esse pi a",
        "S.r.l.": "esse erre elle",
        "gen.": "gennaio",
        "feb.": "febbraio",
        "sett.": "settembre",
        "ott.": "ottobre",
        "nov.": "novembre",
        "dic.": "dicembre",
        "Sig.ra": "signora",
        "Dott.": "dottor",
        "Dr.": "dottor",
        "Prof.": "professor",
        "ecc.": "eccetera",
        "q.b.": "quanto basta",
        "q. b.": "quanto basta",
        "sec.": "secolo",
        "secc.": "secoli",
        "es.": "esempio",
        "n.": "numero",
        "pag.": "pagina",
        "a.C.": "avanti Cristo",
        "d.C.": "dopo Cristo",
        "S.": "san",
    },
    months="gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    of="di ",
    feminine={"uno": "una"},
    masculine={"uno": "un"},
    cents="{whole} e {part}",
    months_ordinal="first",
    more_units=pairs(
        "mg=milligrammo|milligrammi; μg=microgrammo|microgrammi; t=f~tonnellata|tonnellate; q=quintale|"
        "quintali; "
        "hg=etto|etti; ml mL=millilitro|millilitri; cl=centilitro|centilitri; dl=decilitro|decilitri; "
        "m/s=metro al secondo|metri al secondo; m/s²=metro al secondo quadrato|metri al secondo quadrato; "
        "km/s=chilometro al secondo|chilometri al secondo; km²=chilometro quadrato|chilometri quadrati; "
        "cm²=centimetro quadrato|centimetri quadrati; mq=metro quadrato|metri quadrati; m³ mc=metro cubo|"
        "metri cubi; "
        "cm³=centimetro cubo|centimetri cubi; ha=ettaro|ettari; s sec=secondo|secondi; ms=millisecondo|"
        "millisecondi; "
        "kW=chilowatt; MW=megawatt; kWh=chilowattora; Hz=hertz; kHz=chilohertz; MHz=megahertz; "
        "GHz=gigahertz; "
        "kB KB=kilobyte; TB=terabyte; Mbit/s=megabit al secondo; °F=grado Fahrenheit|gradi Fahrenheit; "
        "dB=decibel; "
        "kcal=f~chilocaloria|chilocalorie; ‰=per mille; hPa=ettopascal; mmHg=millimetro di mercurio|"
        "millimetri di "
        "mercurio; Ω=ohm; kΩ=chiloohm; mA=milliampere; mV=millivolt; J=joule; kJ=chilojoule; "
        "N=newton; "
        "CV=cavallo|cavalli; gg=giorno|giorni; nm=nanometro|nanometri; μm=micrometro|micrometri"
    ),
    regnal=_regnal,
    rulers="Luigi Carlo Enrico Filippo Giovanni Paolo Pio Leone Benedetto Vittorio Umberto Elisabetta "
    "Caterina "
    "Napoleone Federico Guglielmo Alessandro Ferdinando Francesco Giorgio Giacomo Edoardo Pietro Emanuele",
    roman_after="capitol[oi]|cap\\.|tom[oi]|volum[ei]|vol\\.|part[ei]|tip[oi]|livell[oi]|grad[oi]|fas[ei]|"
    "tabell[ae]|figur[ae]|class[ei]|pagin[ae]|articol[oi]|libr[oi]",
    spoken="ONU IVA ISTAT CONI INPS ANSA ENEL ENI RAI UIL ISEE IMU TAR ASL PIN",
    spelled="CGIL UE PD CISL CNR DNA RNA CEO CIA GPS SMS PDF IBM BMW CV",
    common="il lo la le gli un una di a da in con su per tra fra e o ma se non che chi cosa come dove "
    "quando sono "
    "sei è ho hai ha sì no qui là più meno tutto tutti molto bene male oggi io tu noi voi loro mi ti ci "
    "vi mio tua",
    leaning="co. max. sec. secc. n. nn. pag. pagg. cap. art. artt. vol. fig. sig. sig.ra dott. tel. p.",
    enders="q.b. ecc. a.C. d.C. S.p.A. S.r.l.",
    ratio="a",
    parts={
        2: "mezzo|mezzi",
        3: "terzo|terzi",
        4: "quarto|quarti",
        5: "quinto|quinti",
        6: "sesto|sesti",
        7: "settimo|settimi",
        8: "ottavo|ottavi",
        9: "nono|noni",
        10: "decimo|decimi",
        100: "centesimo|centesimi",
    },
    over="su",
    rules=rules_of(
        ITALIAN_HALVES,
        clock_rule("ore|alle|dalle|le|h", "h"),
        day_rule("il|del|dal|al|entro il|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|data"),
        ("ordinal", "d", rf"(\d{{1,3}})\.?[°º](?= [a-zàèéìòù]){_DEGREES}", ordinal_rule("m")),
        ("ordinal", "d", r"(\d{1,3})\.?[º]", ordinal_rule("m")),
        ("ordinal", "d", r"(\d{1,3})\.?ª", ordinal_rule("f")),
        ("ordinal", "d", r"(\d{1,3})a(?= [a-zàèéìòù])", _feminine),
        counted_rule("1", italian_gender),
        noun_rule(_M, "m"),
        noun_rule(_F, "f"),
        ("ordinal", "l", rf"({ROMAN})[°º](?![^\W_])", ordinal_rule("m")),
        ("ordinal", "l", rf"({ROMAN})ª(?![^\W_])", ordinal_rule("f")),
        ("abbreviation", "l", r"[Nn](?:\.|°|º|\.°|\.º|r\.) ?(?=\d)", lambda lang, m: "numero"),
        ("abbreviation", "l", r"[Pp](?:ag)?g\. ?(?=\d)", lambda lang, m: "pagine"),
        ("abbreviation", "l", r"[Pp](?:ag)?\. ?(?=\d)", lambda lang, m: "pagina"),
        ("abbreviation", "l", r"[Aa]rt\. ?(?=\d)", lambda lang, m: "articolo"),
        ("abbreviation", "l", r"v\.(?= (?:art|cap|pag|p|fig|tab|sez|vol|par)\.)", lambda lang, m: "vedi"),
        ("abbreviation", "l", r"S\. ?(?=[A-Z][a-z]+a(?![a-z]))", lambda lang, m: "santa"),
    ),
).language()

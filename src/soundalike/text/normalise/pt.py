"""Portuguese: its words and numbers. Ordinals up to ten for kings and centuries, cardinals beyond."""

from __future__ import annotations

import re

from .counted import GROUPED, counted_rule, portuguese_gender
from .halves import PORTUGUESE_HALVES
from .language import Language, after, before
from .plain import ROMAN, PlainLanguage, clock_rule, day_rule, noun_rule, ordinal_rule, pairs, rules_of
from .roman import roman_value


def _regnal(number: int, name: str) -> str:
    if number > 10:
        return PORTUGUESE.cardinal(number)
    return PORTUGUESE.ordinal(
        number, "f" if name.endswith("a") or name in ("Isabel", "Elizabeth", "Beatriz") else "m"
    )


def _number(n: int) -> str:
    return PORTUGUESE.cardinal(n)


def _hours(lang: Language, match: re.Match) -> str | None:
    """catorze horas e trinta."""
    hour = int(match[1])
    if hour > 24:
        return None
    said = f"{lang.cardinal(hour, 'f', True)} hora{'' if hour == 1 else 's'}"
    minute = int(match[2] or 0)
    return said + (f" e {lang.cardinal(minute)}" if minute else "")


def _century(lang: Language, match: re.Match) -> str | None:
    if not match[0] or not re.search(r"(?i)\bséculos?(?: [IVXL]+ [ea])? $|\bséc\. $", before(match)):
        return None
    number = roman_value(match[0])
    return lang.ordinal(number) if number <= 10 else lang.cardinal(number)


def _sir(lang: Language, match: re.Match) -> str:
    name = re.match(r"([^\W\d_]+)", after(match))
    return "dona " if name and name[1].endswith("a") else "dom "


_M = (
    "milénio|milênio|congresso|concílio|encontro|prémio|prêmio|lugar|reich|festival|simpósio|fórum|colóquio|"
    "torneio|campeonato|ciclo|batalhão|exército|império"
)
_F = (
    "guerra|edição|dinastia|república|legislatura|conferência|feira|cruzada|divisão|jornada|bienal|cimeira|"
    "cúpula|copa|semana|região|brigada|internacional|assembleia"
)

PORTUGUESE = PlainLanguage(
    code="pt",
    accents="áâãàçéêíóôõúü",
    letter_names=(
        "á,bê,cê,dê,é,efe,gê,agá,i,jota,cá,ele,eme,ene,ó,pê,quê,erre,esse,tê,u,vê,dáblio,xis,ípsilon,zê"
    ),
    words=(
        "vírgula,menos,mais,a,e,arroba,ponto,barra,hífen,sublinhado,elevado a,ao quadrado,ao "
        "cubo,número,hashtag,cerca de"
    ),
    signs=(
        "e,por cento,mais,igual a,vezes,dividido por,parágrafo,cardinal,arroba,graus,menor que,maior "
        "que,copyright,marca,dólares,euros,libras"
    ),
    units="quilômetro|quilômetros,metro|metros,centímetro|centímetros,milímetro|milímetros,quilo|quilos,"
    "grama|gramas,litro|litros,quilômetro por hora|"
    "quilômetros por hora,"
    "por cento,grau Celsius|graus "
    "Celsius,grau|graus,gigabyte|gigabytes,megabyte|megabytes,minuto|minutos,f~hora|horas,metro "
    "quadrado|metros "
    "quadrados,watt|watts,volt|volts",
    money={
        "EUR": ("euro|euros", "cêntimo|cêntimos"),
        "USD": ("dólar|dólares", "centavo|centavos"),
        "GBP": ("f~libra|libras", "péni|pence"),
        "R$": ("real|reais", "centavo|centavos"),
    },
    sizes={
        "mil": "mil",
        "milhão milhões mi": "milhão|milhões",
        "bilhão bilhões bi": "bilhão|bilhões",
        "trilhão trilhões tri": "trilhão|trilhões",
    },
    abbreviations={
        "art.": "artigo",
        "Sr.": "senhor",
        "sr.": "senhor",
        "sra.": "senhora",
        "Srs.": "senhores",
        "dr.": "doutor",
        "Exmo.": "excelentíssimo",
        "Exma.": "excelentíssima",
        "Eng.": "engenheiro",
        "Profa.": "professora",
        "prof.": "professor",
        "p.ex.": "por exemplo",
        "cap.": "capítulo",
        "Cap.": "capítulo",
        "vol.": "volume",
        "fig.": "figura",
        "tel.": "telefone",
        "Tel.": "telefone",
        "séc.": "século",
        "sécs.": "séculos",
        "a. C.": "antes de Cristo",
        "d. C.": "depois de Cristo",
        "R.": "rua",
        "Pça.": "praça",
        "Ltda.": "limitada",
        "S.A.": "esse á",
        "aprox.": "aproximadamente",
        "máx.": "máximo",
        "mín.": "mínimo",
        "Sto.": "santo",
        "Sta.": "santa",
        "V. Exa.": "vossa excelência",
        "ed.": "edição",
        "obs.": "observação",
        "jan.": "janeiro",
        "fev.": "fevereiro",
        "ago.": "agosto",
        "set.": "setembro",
        "out.": "outubro",
        "nov.": "novembro",
        "dez.": "dezembro",
        "Sra.": "senhora",
        "Dr.": "doutor",
        "Dra.": "doutora",
        "Prof.": "professor",
        "etc.": "et cetera",
        "p. ex.": "por exemplo",
        "nº": "número",
        "pág.": "página",
        "a.C.": "antes de Cristo",
        "d.C.": "depois de Cristo",
        "Av.": "avenida",
    },
    months="janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    of="de ",
    feminine={"um": "uma", "dois": "duas"},
    masculine={},
    cents="{whole} e {cents}",
    date_form="{day} de {month}{year}",
    last="de ",
    months_ordinal="first",
    more_units=pairs(
        "mg=miligrama|miligramas; μg=micrograma|microgramas; t=f~tonelada|toneladas; ml mL=mililitro|"
        "mililitros; "
        "cl=centilitro|centilitros; dl=decilitro|decilitros; m/s=metro por segundo|metros por segundo; "
        "m/s²=metro por segundo ao quadrado|metros por segundo ao quadrado; km²=quilômetro quadrado|"
        "quilômetros "
        "quadrados; cm²=centímetro quadrado|centímetros quadrados; m³=metro cúbico|metros cúbicos; "
        "cm³=centímetro "
        "cúbico|centímetros cúbicos; ha=hectare|hectares; s seg=segundo|segundos; ms=milissegundo|"
        "milissegundos; "
        "kW=quilowatt|quilowatts; MW=megawatt|megawatts; kWh=quilowatt-hora|quilowatts-hora; Hz=hertz|hertz; "
        "kHz=quilohertz|quilohertz; MHz=megahertz|megahertz; GHz=gigahertz|gigahertz; kB KB=quilobyte|"
        "quilobytes; "
        "TB=terabyte|terabytes; Mbit/s Mbps=megabit por segundo|megabits por segundo; °F=grau Fahrenheit|"
        "graus "
        "Fahrenheit; dB=decibel|decibéis; kcal=quilocaloria|quilocalorias; ‰=por mil; hPa=hectopascal|"
        "hectopascais; "
        "mmHg=milímetro de mercúrio|milímetros de mercúrio; Ω=ohm|ohms; kΩ=quilo-ohm|quilo-ohms; "
        "mA=miliampere|miliamperes; mV=milivolt|milivolts; J=joule|joules; "
        "kJ=quilojoule|quilojoules; "
        "N=newton|newtons; cv=cavalo|cavalos; nm=nanômetro|nanômetros; μm=micrômetro|micrômetros"
    ),
    regnal=_regnal,
    rulers="Luís Carlos Henrique Filipe João Paulo Pio Leão Bento Pedro Manuel Afonso Sancho Maria Isabel "
    "Elizabeth "
    "Catarina Napoleão Frederico Guilherme Alexandre Fernando Francisco Jorge Eduardo Duarte José Miguel "
    "Dinis",
    roman_after="capítulos?|cap\\.|tomos?|volumes?|vol\\.|partes?|atos?|cenas?|artigos?|tipos?|nível|níveis|"
    "graus?|fases?|tabelas?|figuras?|classes?|páginas?|livros?",
    spoken="ONU OTAN SIDA PIN TAP CRAS SUS INSS IVA CEP SESC",
    spelled="IBGE STF STJ OMS RTP EUA UE CPF CNPJ PSD PT DNA CEO GPS SMS PDF IBM BMW CV",
    common="o a os as um uma de do da em no na com por para e ou mas se não que quem como onde quando são "
    "é foi tem "
    "sim aqui ali mais menos tudo todos muito bem mal hoje eu tu nós vós meu teu seu já só até sem boa bom",
    leaning="n.º nº p. pp. pág. págs. cap. art. vol. fig. sr. sra. dr. D. tel.",
    enders="etc. a.C. d.C. Ltda. S.A.",
    ratio="a",
    parts={
        2: "meio|meios",
        3: "terço|terços",
        4: "quarto|quartos",
        5: "quinto|quintos",
        6: "sexto|sextos",
        7: "sétimo|sétimos",
        8: "oitavo|oitavos",
        9: "nono|nonos",
        10: "décimo|décimos",
        100: "centésimo|centésimos",
    },
    over="sobre",
    rules=rules_of(
        PORTUGUESE_HALVES,
        ("time", "d", r"(\d{1,2}) ?[hH](?: ?([0-5]\d)(?: ?min)?)?(?![^\W_])", _hours),
        clock_rule("às|das|pelas|até às|as"),
        day_rule("dia|em|no dia|até|de|a|desde"),
        ("ordinal", "d", r"(\d{1,3})\.?[º°](?= [a-zà-ú])(?! ?(?:C|F)\b)", ordinal_rule("m")),
        ("ordinal", "d", r"(\d{1,3})\.?º", ordinal_rule("m")),
        ("ordinal", "d", r"(\d{1,3})\.?ª", ordinal_rule("f")),
        ("ordinal", "d", r"(\d{1,3})o(?= [a-zà-ú])", ordinal_rule("m")),
        ("ordinal", "d", r"(\d{1,3})a(?= [a-zà-ú])", ordinal_rule("f")),
        ("roman", "l", rf"{ROMAN}(?![\w])", _century),
        counted_rule(GROUPED, portuguese_gender(_number)),
        noun_rule(_M, "m"),
        noun_rule(_F, "f"),
        ("abbreviation", "l", r"[Nn](?:\.?[º°]|\.o)\.? ?(?=\d)", lambda lang, m: "número"),
        ("abbreviation", "l", r"[Pp]ágs\. ?(?=\d)|pp\. ?(?=\d)", lambda lang, m: "páginas"),
        ("abbreviation", "l", r"p\. ?(?=\d)", lambda lang, m: "página"),
        ("abbreviation", "l", r"[Aa]rt\. ?(?=\d)", lambda lang, m: "artigo"),
        ("abbreviation", "l", r"D\. (?=[A-ZÁÉÍÓÚ][a-zà-ú])", _sir),
    ),
).language()

"""Italian, Portuguese, Dutch, Swedish, Czech: numbers, money, units, dates and signs by the shared rules."""

from __future__ import annotations

import re
from collections.abc import Mapping

from num2words import num2words

from .language import Language, nouns

_LATIN = "abcdefghijklmnopqrstuvwxyz"
_WORD_KEYS = (
    "point minus plus to and at dot slash hyphen underscore power squared cubed number hashtag about".split()
)
_SIGN_KEYS = "& % + = × ÷ § # @ ° < > © ™ $ € £".split()
_UNIT_KEYS = "km|m|cm|mm|kg|g|l L|km/h|%|°C|°|GB|MB|min|h|m²|W|V".split("|")


def _listed(keys: list[str], values: str) -> dict[str, str]:
    return dict(zip(keys, values.split(",")))


def _table(
    code: str,
    accents: str,
    names: str,
    words: str,
    signs: str,
    units: str,
    money: Mapping[str, tuple[str, str]],
    sizes: Mapping[str, str],
    abbreviations: Mapping[str, str],
    months: str,
    of: str,
    feminine: Mapping[str, str],
    masculine: Mapping[str, str] = {},
    cents: str = "{whole} {part}",
    date_form: str = "{day} {month}{year}",
    last: str = "",
) -> Language:
    """A language of the plain kind. `feminine` and `masculine` are the forms of one (and two) before a
    noun.
    """
    month_names = months.split()

    def cardinal(n: int, gender: str = "", counted: bool = False) -> str:
        said = (
            num2words(n, lang="pt_BR" if code == "pt" else code)
            .replace("etttusen", "ettusen")
            .replace(",", "")
        )
        if code == "cs":
            said = re.sub(r"(?<=[^\W_])(stě|sta|set)\b", r" \1", said)
        if counted:
            for plain, changed in (feminine if gender == "f" else masculine).items():
                if said == plain or said.endswith(" " + plain):
                    return said[: len(said) - len(plain)] + changed
        return said

    def ordinal(n: int, gender: str = "m") -> str:
        try:
            said = num2words(n, lang="pt_BR" if code == "pt" else code, to="ordinal")
        except NotImplementedError:  # Czech has none there
            return cardinal(n)
        return said[:-1] + "a" if gender == "f" and code in ("it", "pt") else said

    def year(n: int) -> str:
        if code in ("nl", "sv") and 1100 <= n < 2000:
            low = cardinal(n % 100) if n % 100 else ""
            return f"{cardinal(n // 100)}{'honderd' if code == 'nl' else 'hundra'}{low}"
        return cardinal(n)

    def date(day: int, month: int, when: int | None, left: str = "") -> str:
        first = {"it": "primo", "pt": "primeiro"}.get(code) if day == 1 else None
        spoken = first or (ordinal(day) if code == "sv" else cardinal(day))
        return date_form.format(
            day=spoken, month=month_names[month - 1], year=f" {last}{year(when)}" if when is not None else ""
        )

    def time(hour: int, minute: int, second: int | None = None) -> str:
        return cardinal(hour) + (f" {cardinal(minute)}" if minute else "")

    return Language(
        code=code,
        letters=frozenset(_LATIN + accents),
        cardinal=cardinal,
        ordinal=ordinal,
        year=year,
        words=_listed(_WORD_KEYS, words),
        symbols=_listed(_SIGN_KEYS, signs) | {"*": signs.split(",")[4], "/": words.split(",")[7]},
        letter_names=_listed(list(_LATIN.upper()), names),
        form=(lambda n, decimals: 1 if decimals else 0 if n == 1 else 1 if 1 < n < 5 else 2)
        if code == "cs"
        else (lambda n, decimals: 0 if n == 1 and not decimals else 1),
        units=nouns(_listed(_UNIT_KEYS, units)),
        currencies={
            key: tuple(nouns({"m": main, "c": small}).values()) for key, (main, small) in money.items()
        },
        magnitudes=nouns(sizes),
        of=of,
        cents=cents,
        digits_after_point=code in ("nl", "sv", "cs"),
        abbreviations=abbreviations,
        enders=frozenset(("ecc.", "etc.", "enz.", "osv.", "m.m.", "atd.")),
        spoken_acronyms=frozenset(
            ("NATO", "NASA", "UNESCO", "UNICEF", "FIFA", "UEFA", "IKEA", "AIDS", "COVID")
        ),
        spelled=frozenset(("USA", "FBI", "EU", "UE", "BBC", "TV", "PC", "CD", "DVD")),
        months={name: i + 1 for i, name in enumerate(month_names)},
        date=date,
        time=time,
    )


ITALIAN = _table(
    "it",
    "àèéìíîòóùú",
    "a,bi,ci,di,e,effe,gi,acca,i,i lunga,cappa,elle,emme,enne,o,pi,cu,erre,esse,ti,u,vu,doppia vu,ics,ipsilon,zeta",
    "virgola,meno,più,a,e,chiocciola,punto,barra,trattino,trattino basso,elevato a,al quadrato,al cubo,numero,hashtag,circa",
    "e,per cento,più,uguale,per,diviso,paragrafo,cancelletto,chiocciola,gradi,minore di,maggiore di,copyright,marchio,dollari,euro,sterline",
    "chilometro|chilometri,metro|metri,centimetro|centimetri,millimetro|millimetri,chilo|chili,grammo|grammi,litro|litri,chilometro orario|"
    "chilometri orari,per cento,"
    "grado Celsius|gradi Celsius,grado|gradi,gigabyte,megabyte,minuto|minuti,f~ora|ore,metro quadrato|metri quadrati,watt,volt",
    {
        "EUR": ("euro", "centesimo|centesimi"),
        "USD": ("dollaro|dollari", "centesimo|centesimi"),
        "GBP": ("f~sterlina|sterline", "penny|pence"),
    },
    {"mila": "mila", "milione milioni mln": "milione|milioni", "miliardo miliardi mld": "miliardo|miliardi"},
    {
        "Sig.": "signor",
        "Sig.ra": "signora",
        "Dott.": "dottor",
        "Dr.": "dottor",
        "Prof.": "professor",
        "ecc.": "eccetera",
        "es.": "esempio",
        "n.": "numero",
        "pag.": "pagina",
        "a.C.": "avanti Cristo",
        "d.C.": "dopo Cristo",
        "S.": "san",
    },
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "di ",
    {"uno": "una"},
    {"uno": "un"},
    "{whole} e {part}",
)
PORTUGUESE = _table(
    "pt",
    "áâãàçéêíóôõúü",
    "á,bê,cê,dê,é,efe,gê,agá,i,jota,cá,ele,eme,ene,ó,pê,quê,erre,esse,tê,u,vê,dáblio,xis,ípsilon,zê",
    "vírgula,menos,mais,a,e,arroba,ponto,barra,hífen,sublinhado,elevado a,ao quadrado,ao cubo,número,hashtag,cerca de",
    "e,por cento,mais,igual a,vezes,dividido por,parágrafo,cardinal,arroba,graus,menor que,maior que,copyright,marca,dólares,euros,libras",
    "quilômetro|quilômetros,metro|metros,centímetro|centímetros,milímetro|milímetros,quilo|quilos,grama|gramas,litro|litros,quilômetro por hora|"
    "quilômetros por hora,"
    "por cento,grau Celsius|graus Celsius,grau|graus,gigabyte|gigabytes,megabyte|megabytes,minuto|minutos,f~hora|horas,metro quadrado|metros "
    "quadrados,watt|watts,volt|volts",
    {
        "EUR": ("euro|euros", "cêntimo|cêntimos"),
        "USD": ("dólar|dólares", "centavo|centavos"),
        "GBP": ("f~libra|libras", "péni|pence"),
        "R$": ("real|reais", "centavo|centavos"),
    },
    {"mil": "mil", "milhão milhões": "milhão|milhões", "bilhão bilhões": "bilhão|bilhões"},
    {
        "Sr.": "senhor",
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
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "de ",
    {"um": "uma", "dois": "duas"},
    {},
    "{whole} e {cents}",
    "{day} de {month}{year}",
    "de ",
)
DUTCH = _table(
    "nl",
    "áéèëêïíóöúü",
    "aa,bee,cee,dee,ee,ef,gee,haa,ie,jee,kaa,el,em,en,oo,pee,kuu,er,es,tee,uu,vee,wee,iks,ij,zet",
    "komma,min,plus,tot,en,apenstaartje,punt,schuine streep,streepje,liggend streepje,tot de macht,kwadraat,tot de derde,nummer,hashtag,ongeveer",
    "en,procent,plus,is,keer,gedeeld door,paragraaf,hekje,apenstaartje,graden,kleiner dan,groter dan,copyright,handelsmerk,dollar,euro,pond",
    "kilometer,meter,centimeter,millimeter,kilo,gram,liter,kilometer per uur,procent,graad Celsius|graden Celsius,graad|"
    "graden,gigabyte,megabyte,minuut|minuten,uur,"
    "vierkante meter,watt,volt",
    {"EUR": ("euro", "cent"), "USD": ("dollar", "cent"), "GBP": ("pond", "penny|pence")},
    {"duizend": "duizend", "miljoen mln mln.": "miljoen", "miljard mld mld.": "miljard"},
    {
        "dhr.": "de heer",
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
    "januari februari maart april mei juni juli augustus september oktober november december",
    "",
    {},
    {},
)
SWEDISH = _table(
    "sv",
    "åäöé",
    "a,be,se,de,e,eff,ge,hå,i,ji,kå,ell,emm,enn,o,pe,ku,ärr,ess,te,u,ve,dubbelve,eks,y,säta",
    "komma,minus,plus,till,och,snabel-a,punkt,snedstreck,bindestreck,understreck,upphöjt till,i kvadrat,i kubik,nummer,hashtagg,ungefär",
    "och,procent,plus,lika med,gånger,delat med,paragraf,fyrkant,snabel-a,grader,mindre än,större än,copyright,varumärke,dollar,euro,pund",
    "kilometer,meter,centimeter,millimeter,n~kilo,n~gram,liter,kilometer i timmen,procent,grad Celsius|grader Celsius,grad|"
    "grader,gigabyte,megabyte,minut|minuter,"
    "timme|timmar,kvadratmeter,watt,volt",
    {
        "EUR": ("euro", "cent"),
        "USD": ("dollar", "cent"),
        "GBP": ("n~pund", "penny|pence"),
        "kr": ("krona|kronor", "n~öre"),
        "SEK": ("krona|kronor", "n~öre"),
    },
    {"tusen": "tusen", "miljon miljoner mn": "miljon|miljoner", "miljard miljarder md": "miljard|miljarder"},
    {
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
    "januari februari mars april maj juni juli augusti september oktober november december",
    "",
    {},
    {"ett": "en"},
)
CZECH = _table(
    "cs",
    "áčďéěíňóřšťúůýž",
    "á,bé,cé,dé,é,ef,gé,há,í,jé,ká,el,em,en,ó,pé,kvé,er,es,té,ú,vé,dvojité vé,iks,ypsilon,zet",
    "celá,minus,plus,až,a,zavináč,tečka,lomeno,pomlčka,podtržítko,na,na druhou,na třetí,číslo,hashtag,asi",
    "a,procent,plus,rovná se,krát,děleno,paragraf,křížek,zavináč,stupňů,menší než,větší než,copyright,ochranná známka,dolarů,eur,liber",
    "kilometr|kilometry|kilometrů,metr|metry|metrů,centimetr|centimetry|centimetrů,milimetr|milimetry|milimetrů,kilogram|kilogramy|kilogramů,gram|"
    "gramy|gramů,"
    "litr|litry|litrů,kilometr za hodinu|kilometry za hodinu|kilometrů za hodinu,n~procento|procenta|procent,stupeň Celsia|stupně Celsia|stupňů "
    "Celsia,"
    "stupeň|stupně|stupňů,gigabajt|gigabajty|gigabajtů,megabajt|megabajty|megabajtů,f~minuta|minuty|minut,f~hodina|hodiny|hodin,"
    "metr čtvereční|metry čtvereční|metrů čtverečních,watt|watty|wattů,volt|volty|voltů",
    {
        "EUR": ("n~euro|eura|eur", "cent|centy|centů"),
        "USD": ("dolar|dolary|dolarů", "cent|centy|centů"),
        "GBP": ("f~libra|libry|liber", "f~pence|pence|pencí"),
        "Kč": ("f~koruna|koruny|korun", "haléř|haléře|haléřů"),
        "CZK": ("f~koruna|koruny|korun", "haléř|haléře|haléřů"),
    },
    {
        "tisíc tis.": "tisíc|tisíce|tisíc",
        "milion miliony milionů mil.": "milion|miliony|milionů",
        "miliarda miliardy miliard mld.": "f~miliarda|miliardy|miliard",
    },
    {
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
    "ledna února března dubna května června července srpna září října listopadu prosince",
    "",
    {"dva": "dvě"},
    {"jedna": "jeden"},
)
OTHERS = (ITALIAN, PORTUGUESE, DUTCH, SWEDISH, CZECH)

"""Italian, Portuguese, Dutch, Swedish, Czech: numbers, money, units, dates and signs by the shared rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from num2words import num2words

from .language import Language, money, nouns

_LATIN = "abcdefghijklmnopqrstuvwxyz"
_WORD_KEYS = (
    "point minus plus to and at dot slash hyphen underscore power squared cubed number hashtag about".split()
)
_SIGN_KEYS = "& % + = × ÷ § # @ ° < > © ™ $ € £".split()
_UNIT_KEYS = "km|m|cm|mm|kg|g|l L|km/h|%|°C|°|GB|MB|min|h|m²|W|V".split("|")


def _listed(keys: list[str], values: str) -> dict[str, str]:
    return dict(zip(keys, values.split(","), strict=True))


@dataclass(frozen=True)
class _PlainLanguage:
    """What makes a language of the plain kind; lists are strings with their items in a fixed order."""

    code: str
    accents: str  # letters beyond a to z
    letter_names: str  # of A to Z
    words: str  # of _WORD_KEYS
    signs: str  # of _SIGN_KEYS
    units: str  # of _UNIT_KEYS
    money: Mapping[str, tuple[str, str]]
    sizes: Mapping[str, str]  # nouns of magnitudes
    abbreviations: Mapping[str, str]
    months: str
    of: str  # between a magnitude and what is counted
    feminine: Mapping[str, str]  # forms of one (and two) before a feminine noun
    masculine: Mapping[str, str] = field(default_factory=dict)  # before another
    cents: str = "{whole} {part}"
    date_form: str = "{day} {month}{year}"
    last: str = ""  # before the year of a date

    def cardinal(self, n: int, gender: str = "", counted: bool = False) -> str:
        """A whole number; `counted` when a noun follows."""
        said = num2words(n, lang=self._num2words_code).replace("etttusen", "ettusen").replace(",", "")
        if self.code == "cs":
            said = re.sub(r"(?<=[^\W_])(stě|sta|set)\b", r" \1", said)
        if not counted:
            return said
        for plain, changed in (self.feminine if gender == "f" else self.masculine).items():
            if said == plain or said.endswith(" " + plain):
                return said[: len(said) - len(plain)] + changed
        return said

    def ordinal(self, n: int, gender: str = "m") -> str:
        """An ordinal; Czech, of which num2words has none, gives the cardinal."""
        try:
            said = num2words(n, lang=self._num2words_code, to="ordinal")
        except NotImplementedError:
            return self.cardinal(n)
        return said[:-1] + "a" if gender == "f" and self.code in ("it", "pt") else said

    def year(self, n: int) -> str:
        """A year: in hundreds in Dutch and Swedish, else a number."""
        if self.code in ("nl", "sv") and 1100 <= n < 2000:
            low = self.cardinal(n % 100) if n % 100 else ""
            return f"{self.cardinal(n // 100)}{'honderd' if self.code == 'nl' else 'hundra'}{low}"
        return self.cardinal(n)

    def date(self, day: int, month: int, when: int | None, left: str = "") -> str:
        """A day of a month, and the year where there is one."""
        first = {"it": "primo", "pt": "primeiro"}.get(self.code) if day == 1 else None
        spoken = first or (self.ordinal(day) if self.code == "sv" else self.cardinal(day))
        year = f" {self.last}{self.year(when)}" if when is not None else ""
        return self.date_form.format(day=spoken, month=self.months.split()[month - 1], year=year)

    def time(self, hour: int, minute: int, second: int | None = None) -> str:
        """Hours and minutes as numbers."""
        return self.cardinal(hour) + (f" {self.cardinal(minute)}" if minute else "")

    def form(self, n: int, decimals: bool) -> int:
        """Which form of a noun a number asks for, counted from 0."""
        if self.code != "cs":
            return 0 if n == 1 and not decimals else 1
        if decimals:
            return 1
        if n == 1:
            return 0
        return 1 if 1 < n < 5 else 2

    def language(self) -> Language:
        """The whole table."""
        signs = self.signs.split(",")
        return Language(
            code=self.code,
            letters=frozenset(_LATIN + self.accents),
            cardinal=self.cardinal,
            ordinal=self.ordinal,
            year=self.year,
            words=_listed(_WORD_KEYS, self.words),
            symbols=_listed(_SIGN_KEYS, self.signs) | {"*": signs[4], "/": self.words.split(",")[7]},
            letter_names=_listed(list(_LATIN.upper()), self.letter_names),
            form=self.form,
            units=nouns(_listed(_UNIT_KEYS, self.units)),
            currencies=money(self.money),
            magnitudes=nouns(self.sizes),
            of=self.of,
            cents=self.cents,
            digits_after_point=self.code in ("nl", "sv", "cs"),
            abbreviations=self.abbreviations,
            enders=frozenset(("ecc.", "etc.", "enz.", "osv.", "m.m.", "atd.")),
            spoken_acronyms=frozenset(
                ("NATO", "NASA", "UNESCO", "UNICEF", "FIFA", "UEFA", "IKEA", "AIDS", "COVID")
            ),
            spelled=frozenset(("USA", "FBI", "EU", "UE", "BBC", "TV", "PC", "CD", "DVD")),
            months={name: i + 1 for i, name in enumerate(self.months.split())},
            date=self.date,
            time=self.time,
        )

    @property
    def _num2words_code(self) -> str:
        return "pt_BR" if self.code == "pt" else self.code


ITALIAN = _PlainLanguage(
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
        "milione milioni mln": "milione|milioni",
        "miliardo miliardi mld": "miliardo|miliardi",
    },
    abbreviations={
        "Sig.": "signor",
        "Sig.ra": "signora",
        "Dott.": "dottor",
        "Dr.": "dottor",
        "Prof.": "professor",
        "ecc.": "eccetera",
        "es.": "esempio",
        "n.": "numero",
        "pag.": "pagina",
        "P.zza": "piazza",
        "V.le": "viale",
        "C.so": "corso",
        "F.lli": "fratelli",
        "cap.": "capitolo",
        "fig.": "figura",
        "art.": "articolo",
        "Tel.": "telefono",
        "tel.": "telefono",
        "a.C.": "avanti Cristo",
        "d.C.": "dopo Cristo",
        "S.": "san",
    },
    months="gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    of="di ",
    feminine={"uno": "una"},
    masculine={"uno": "un"},
    cents="{whole} e {part}",
).language()
PORTUGUESE = _PlainLanguage(
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
    sizes={"mil": "mil", "milhão milhões": "milhão|milhões", "bilhão bilhões": "bilhão|bilhões"},
    abbreviations={
        "Sr.": "senhor",
        "Sra.": "senhora",
        "Dr.": "doutor",
        "Dra.": "doutora",
        "Prof.": "professor",
        "etc.": "et cetera",
        "p. ex.": "por exemplo",
        "nº": "número",
        "pág.": "página",
        "cap.": "capítulo",
        "fig.": "figura",
        "art.": "artigo",
        "tel.": "telefone",
        "Tel.": "telefone",
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
).language()
DUTCH = _PlainLanguage(
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
        "hfst.": "hoofdstuk",
        "afb.": "afbeelding",
        "tel.": "telefoon",
        "Tel.": "telefoon",
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
).language()
SWEDISH = _PlainLanguage(
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
    },
    sizes={
        "tusen": "tusen",
        "miljon miljoner mn": "miljon|miljoner",
        "miljard miljarder md": "miljard|miljarder",
    },
    abbreviations={
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
        "kap.": "kapitel",
        "fig.": "figur",
        "tel.": "telefon",
        "Tel.": "telefon",
        "kl.": "klockan",
        "kl": "klockan",
    },
    months="januari februari mars april maj juni juli augusti september oktober november december",
    of="",
    feminine={},
    masculine={"ett": "en"},
).language()
CZECH = _PlainLanguage(
    code="cs",
    accents="áčďéěíňóřšťúůýž",
    letter_names="á,bé,cé,dé,é,ef,gé,há,í,jé,ká,el,em,en,ó,pé,kvé,er,es,té,ú,vé,dvojité vé,iks,ypsilon,zet",
    words="celá,minus,plus,až,a,zavináč,tečka,lomeno,pomlčka,podtržítko,na,na druhou,na třetí,"
    "číslo,hashtag,asi",
    signs=(
        "a,procent,plus,rovná se,krát,děleno,paragraf,křížek,zavináč,stupňů,menší než,větší "
        "než,copyright,ochranná známka,dolarů,eur,liber"
    ),
    units="kilometr|kilometry|kilometrů,metr|metry|metrů,centimetr|centimetry|centimetrů,milimetr|"
    "milimetry|milimetrů,kilogram|kilogramy|kilogramů,gram|"
    "gramy|gramů,"
    "litr|litry|litrů,kilometr za hodinu|kilometry za hodinu|kilometrů za "
    "hodinu,n~procento|procenta|procent,stupeň Celsia|stupně Celsia|stupňů "
    "Celsia,"
    "stupeň|stupně|stupňů,gigabajt|gigabajty|gigabajtů,megabajt|megabajty|megabajtů,f~minuta|minuty|"
    "minut,f~hodina|hodiny|hodin,"
    "metr čtvereční|metry čtvereční|metrů čtverečních,watt|watty|wattů,volt|volty|voltů",
    money={
        "EUR": ("n~euro|eura|eur", "cent|centy|centů"),
        "USD": ("dolar|dolary|dolarů", "cent|centy|centů"),
        "GBP": ("f~libra|libry|liber", "f~pence|pence|pencí"),
        "Kč": ("f~koruna|koruny|korun", "haléř|haléře|haléřů"),
        "CZK": ("f~koruna|koruny|korun", "haléř|haléře|haléřů"),
    },
    sizes={
        "tisíc tis.": "tisíc|tisíce|tisíc",
        "milion miliony milionů mil.": "milion|miliony|milionů",
        "miliarda miliardy miliard mld.": "f~miliarda|miliardy|miliard",
    },
    abbreviations={
        "např.": "například",
        "atd.": "a tak dále",
        "tj.": "to jest",
        "tzn.": "to znamená",
        "č.": "číslo",
        "str.": "strana",
        "kap.": "kapitola",
        "obr.": "obrázek",
        "tel.": "telefon",
        "Tel.": "telefon",
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
).language()
OTHERS = (ITALIAN, PORTUGUESE, DUTCH, SWEDISH, CZECH)

"""One and two before a noun: their gender is told from frequent nouns and from endings."""

from __future__ import annotations

import re
from collections.abc import Callable

from soundalike.text.segment.conventions import conventions_of

from .language import Language, after, before

# What the number behind it names and does not count: Kapitel 1, página 2
_NAMED = re.compile(
    r"(?i)\b(?:p[áa]ginas?|pagina|sid(?:a|an)|n[úu]mero|nummer|nr\.?|n\.|kapit(?:el|ola|let)|cap[íi]tul?o|"
    r"capitolo|tab(?:ela|ella|ell|ulka)|figur[ae]?|strana|číslo|část|díl|parte|del|del[en]|nível|livello|"
    r"nivå|grupp|typ|tipo|klass|classe|č\.|str\.) $"
)


def counted_rule(number: str, gender: Callable[[str, int], str]) -> tuple:
    """A rule for a number before a noun in small letters. `gender` says what a noun makes of a number: its
    words, or nothing where it is left to other rules.
    """

    def say(lang: Language, match: re.Match) -> str | None:
        noun = re.match(r" ([^\W\d_]{3,})(?![^\W_]|\.\w)", after(match))
        if noun is None or not noun[1].islower() or _NAMED.search(before(match)):
            return None
        if noun[1] in no_nouns(lang) or before(match, 1) in ("-", "–", "/", ",", "."):
            return None
        figures = match[0].replace(".", "").replace(" ", "")
        return gender(noun[1], int(figures)) or None

    return ("cardinal", "d", rf"(?:{number})(?![\d]|[.,:/]\d)", say)


_ADVERBS = frozenset(
    "circa sopra sotto contro ancora soltanto para contra ainda agora cirka ungefär asi krát".split()
)


def no_nouns(lang: Language) -> set[str]:
    """Words that are counted by no number before them."""
    sizes = {name.rstrip(".") for name in (*lang.magnitudes, *lang.units)}
    return {*_ADVERBS, *lang.common, *conventions_of(lang).leaning, *lang.months, *sizes}


GROUPED = r"\d{1,3}(?:[. ]\d{3})+|\d{1,9}"
_PORTUGUESE_F = re.compile(
    r"(?:a|ção|são|dade|gem|vez|noite|tarde|parte|mulher|colher|mãe|mão|flor|cor|luz|frase|classe|fase|base|"
    r"dose|fonte|ponte|rede|parede|chave|ave|nuvem|ordem|rodovia|carne|pele|torre|sede|série|espécie|"
    r"as|ções|sões|dades|gens|vezes|noites|tardes|partes|mulheres|colheres|mães|mãos|flores|cores|luzes|"
    r"frases|classes|fases|bases|doses|fontes|pontes|redes|paredes|chaves|aves|nuvens|ordens|torres|séries)$"
)
_PORTUGUESE_M = re.compile(
    r"(?:^dias?|problemas?|temas?|sistemas?|programas?|mapas?|planetas?|poemas?|idiomas?|gramas?|cinemas?|"
    r"dramas?|esquemas?|telefonemas?|diplomas?|climas?|aromas?|sintomas?|fantasmas?|cometas?|atletas?|"
    r"artistas?|jornalistas?|turistas?|coração|corações|avião|aviões|limão|limões|irmão|pão|grão|cão|"
    r"milhão|milhões|botão|feijão|melão|mamão|leão|cartão|caminhão|balão|portão|verão|"
    r"não|então|mas|para)$"
)


def portuguese_gender(number_said: Callable[[int], str]) -> Callable[[str, int], str]:
    """duas xícaras, duzentas mulheres; `number_said` says a number by itself."""

    def gender(noun: str, n: int) -> str:
        if _PORTUGUESE_M.search(noun) or not _PORTUGUESE_F.search(noun) or (n != 1) != noun.endswith("s"):
            return ""
        said = re.sub(r"entos(?= |$)", "entas", number_said(n).replace("quinhentos", "quinhentas"))
        return re.sub(r"\bdois$", "duas", re.sub(r"\bum$", "uma", said))

    return gender


_ITALIAN_F = re.compile(
    r"(?:a|zione|sione|gione|tà|tù|trice|notte|carne|chiave|classe|madre|moglie|mano|parte|voce|luce|croce|"
    r"legge|fonte|arte|morte|mente|gente|neve|nave|pelle|valle|serie|specie|crisi|tesi|torre|frase|fase|"
    r"base|dose|rete|fetta|noce)$"
)
_ITALIAN_M = re.compile(
    r"(?:problema|tema|sistema|programma|clima|pianeta|poeta|dramma|schema|diploma|cinema|panorama|aroma|"
    r"sintomo|papa|collega|gramma)$"
)


def italian_gender(noun: str, n: int) -> str:
    """una cipolla, un uovo, uno spicchio."""
    if n != 1:
        return ""
    if _ITALIAN_F.search(noun) and not _ITALIAN_M.search(noun):
        return "una"
    return "uno" if re.match(r"s[^aeiou]|z|gn|ps|pn|x|y|i[aeou]", noun) else "un"


_SWEDISH_NEUTER = re.compile(
    r"(?:ägg|år|barn|hus|bord|land|namn|ord|rum|glas|brev|djur|träd|par|paket|ande|ende|kort|bröd|ljus|"
    r"ställe|problem|program|svar|tal|exempel|fel|jobb|liv|mål|val|slag|steg|sätt|stycke|tåg|tillfälle|um|"
    r"eri|ment|kapitel|nummer|mynt|huvud|öga|öra|hjärta|ben|finger|bad|berg|fönster|fall|förslag|lag|lån|"
    r"löfte|läge|nät|pris|prov|skepp|skämt|skåp|spel|språk|värde|yrke|ämne|lejon|kryddmått|dygn|sekel|"
    r"sekler|hundrade|decennium|kvarter|hål|blad|papper|skal|regemente|poäng|förband|bidrag|beslut|område|"
    r"rike|samhälle|företag|universitet|foto|piano|äpple|kilo|gram|hekto|ton|vin|kök|torg|slott|mord|brott|"
    r"meddelande|möte|minne|parti|bi|knippe|knyte|ris|kuvert|konto|fartyg|flyg|plan|hotell|kontor|samtal)$"
)


def swedish_gender(noun: str, n: int) -> str:
    """en timme, ett ägg."""
    if n != 1:
        return ""
    return "ett" if _SWEDISH_NEUTER.search(noun) and noun not in ("soppa", "restaurang") else "en"


_CZECH_F = re.compile(
    r"(?:[aeě]|ost|věc|noc|řeč|sůl|krev|postel|část|píseň|tramvaj|myš|síť|paměť|loď|dlaň|zeď|obec|pomoc|"
    r"láhev|mrkev|větev|broskev|cibule|paní|kost|chuť|směs|báseň)$"
)
_CZECH_N = re.compile(r"(?:o|í|pole|moře|slunce|srdce|vejce|kuře|štěně|dítě|kotě|iště|ovoce|zvíře|prase)$")
_CZECH_TWO = re.compile(
    r"(?:hodiny|minuty|vteřiny|sekundy|ženy|knihy|koruny|strany|školy|cesty|ruky|nohy|hlavy|rodiny|skupiny|"
    r"ceny|budovy|osoby|stránky|dívky|holky|tabulky|zkoušky|otázky|matky|babičky|sestry|dcery|kočky|lahve|"
    r"lžičky|hrušky|mrkve|kapky|krabice|cibule|ulice|lžíce|lekce|vejce|práce|hranice|stanice|tisícovky|"
    r"věci|noci|části|písně|děti|ruce|oči|uši|polévky|kávy|vody|jahody|brambory|třídy|zprávy|jízdenky|"
    r"vstupenky|místnosti|možnosti|koruny|libry|tuny|smlouvy|rány|hvězdy|země|[^\W\d_]*[aíěš]ta|[^\W\d_]+a|"
    r"[^\W\d_]+í)$"
)
_CZECH_MEN = frozenset("muži páni kluci předseda táta kolega hrdina turista soudce průvodce správce".split())


def czech_gender(noun: str, n: int) -> str:
    """jeden muž, jedna žena, jedno město, dva muži, dvě hodiny."""
    if n == 2:
        return "dvě" if _CZECH_TWO.fullmatch(noun) and noun not in _CZECH_MEN else "dva"
    if n != 1:
        return ""
    if noun in _CZECH_MEN:
        return "jeden"
    if noun.endswith("u"):
        return "jednu"
    if _CZECH_N.search(noun):
        return "jedno"
    return "jedna" if _CZECH_F.search(noun) else "jeden"

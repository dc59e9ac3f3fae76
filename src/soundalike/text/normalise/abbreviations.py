"""Abbreviations that are read by what follows them, and those that may begin with a capital, by language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from .language import Language, Rule, before, compiled, ending
from .numeric import alternatives

# Read before a figure, a Roman numeral or a letter: Art. 5, Tab. IV, App. B
_NUMBERED = {
    "en": "art article; arts articles; par paragraph; para paragraph; paras paragraphs; tab table; thm "
    "theorem; prop proposition; def definition; lem lemma; cor corollary; ex example; exs examples; "
    "app appendix; appx appendix; alg algorithm; chap chapter; chaps chapters; chs chapters; sect "
    "section; sects sections; secs sections; eqn equation; eqns equations; vols volumes; pt part; pts "
    "parts; bk book; rm room; bldg building; ste suite; rte route; ep episode; eps episodes; op opus; "
    "ref reference; refs references; ser series; iss issue; lvl level; ver version; ps psalm; pat "
    "patent; ph phone; reg regulation",
    "de": "abs Absatz; abschn Abschnitt; abt Abteilung; anh Anhang; anm Anmerkung; art Artikel; aufl "
    "Auflage; bde Bände; beil Beilage; bsp Beispiel; fig Figur; gl Gleichung; gln Gleichungen; hausnr "
    "Hausnummer; jg Jahrgang; kl Klasse; nr Nummer; nrn Nummern; par Paragraf; pkt Punkt; rn "
    "Randnummer; rz Randziffer; sp Spalte; tab Tabelle; tel Telefon; whg Wohnung; z Zeile; zi Zimmer; "
    "ziff Ziffer; jan Januar; feb Februar; febr Februar; apr April; aug August; sept September; sep "
    "September; okt Oktober; nov November; dez Dezember; "
    "bd Band; max maximal; min minimal",
    "fr": "art article; arts articles; chap chapitre; ch chapitre; fig figure; vol volume; réf référence; "
    "tél téléphone; tel téléphone; al alinéa; ann annexe; app appendice; pl planche; sect section; "
    "par paragraphe; t tome; coll collection; ill illustration; boul boulevard; fév février; avr "
    "avril; no numéro",
    "es": "art artículo; arts artículos; cap capítulo; caps capítulos; fig figura; figs figuras; núm "
    "número; núms números; vol volumen; sec sección; ref referencia; párr párrafo; tab tabla; tlf "
    "teléfono; tfno teléfono; ed edición; p página; pp páginas; lám lámina; apdo apartado; ext "
    "extensión; no número; km kilómetro; mar marzo; abr abril; may mayo; jun junio; jul julio; ago "
    "agosto; sept septiembre; sep septiembre; oct octubre; nov noviembre",
    "it": "fig figura; figg figure; tab tabella; vol volume; voll volumi; artt articoli; capp capitoli; pp "
    "pagine; par paragrafo; sez sezione; int interno; num numero; ed edizione; all allegato; rif "
    "riferimento; febb febbraio; mar marzo; apr aprile; giu giugno; lug luglio; ago agosto; set "
    "settembre; "
    "co comma; max massimo; min minimo",
    "nl": "afb afbeelding; fig figuur; hfst hoofdstuk; art artikel; tab tabel; par paragraaf; pag pagina; p "
    "pagina; pp pagina's; dl deel; vol volume; nrs nummers; ed editie; febr februari; mrt maart; apr "
    "april; jun juni; jul juli",
    "pt": "fig figura; figs figuras; tab tabela; vol volume; art artigo; arts artigos; caps capítulos; ref "
    "referência; sec secção; seç seção; apto apartamento; ed edição; núm número; no número; inc "
    "inciso; t tomo; abr abril; mar março; jun junho; jul julho; al alínea",
    "sv": "fig figur; tab tabell; art artikel; avd avdelning; bd band; sid sida; febr februari; apr april; "
    "jun juni; jul juli; "
    "max maximalt; min minst",
    "ru": "гл глава; рис рисунок; табл таблица; стр страница; ч часть; т том; ст статья; п пункт; пп "
    "пункты; абз абзац; вып выпуск; изд издание; каб кабинет; кн книга; корп корпус; оф офис; прил "
    "приложение; разд раздел; подп подпункт; доб добавочный; тел телефон",
    "cs": "obr obrázek; tab tabulka; str strana; odst odstavec; písm písmeno; čl článek; č číslo; nr číslo; "
    "max maximálně; min minimálně",
}
# Read before a name
_TITLES = {
    "en": "Abp Archbishop; Bp Bishop; Adm Admiral; Amb Ambassador; Atty Attorney; Brig Brigadier; Cdr "
    "Commander; Cmdr Commander; Cpl Corporal; Cpt Captain; Det Detective; Drs Doctors; Ens Ensign; "
    "Gens Generals; Insp Inspector; Lts Lieutenants; Mlle Mademoiselle; Mme Madame; Msgr Monsignor; "
    "Ofc Officer; Pfc Private First Class; Profs Professors; Pvt Private; Reps Representatives; Revd "
    "Reverend; Sens Senators; Supt Superintendent; Dir Director; Mgr Manager; Mts Mounts",
    "de": "Frhr Freiherr; Mag Magister; Mr Mister; Mrs Missis; Hl Heiliger; hl heiliger",
    "fr": "Cdt commandant; Gal général; Mgr monseigneur; Mlles mesdemoiselles; Mr monsieur; Lt lieutenant",
    "es": "Arq arquitecto; Cnel coronel; Cap capitán; Tte teniente; Mons monseñor; Fr fray; Hno hermano; "
    "Hna hermana; Excmo excelentísimo; Excma excelentísima; Ilmo ilustrísimo; Ilma ilustrísima; Rdo "
    "reverendo; Sras señoras; Profa profesora; Dres doctores; Pza plaza; Pl plaza; Ctra carretera; av "
    "avenida; avda avenida; Cra carrera; Univ universidad; Mr míster; "
    "Pdte presidente; Pdta presidenta; Hnos hermanos; Hnas hermanas; Vdo viudo",
    "it": "Sen senatore; Gen generale; Col colonnello; Cap capitano; Ten tenente; Cav cavalier; Comm "
    "commendator; Mons monsignor; Amm ammiraglio; Dir direttore; Pres presidente; Egr egregio; Gent "
    "gentile; Spett spettabile; arch architetto; on onorevole; pres presidente; dir direttore",
    "nl": "Mw mevrouw; Ds dominee; ds dominee; Ir ingenieur; Ing ingenieur; Gebr gebroeders; jhr jonkheer; "
    "mej mejuffrouw; Mr meester; ten ten",
    "pt": "Arq arquiteto; Cel coronel; Drs doutores; Gen general; Min ministro; Pe padre; Rev reverendo; "
    "Sras senhoras; Srta senhorita; Ten tenente; Ilmo ilustríssimo; Fr frei; av avenida",
    "sv": "Prof professor; Dr doktor; kapt kapten; hr herr; fr fru; dir direktör; ing ingenjör",
    "ru": "Св святой; ген генерал; кап капитан; полк полковник; тов товарищ; инж инженер; доц доцент; пос "
    "посёлок; дер деревня; оз озеро; р река; бул бульвар; наб набережная; ш шоссе; мкр микрорайон; "
    "зав заведующий; зам заместитель; ред редактор; авт автор; о остров",
    "cs": "Doc docent; Sv svatý; sv svatý; ing inženýr; mjr major; kpt kapitán; gen generál; plk plukovník; "
    "arch architekt; PhDr doktor; RNDr doktor",
}
# Read wherever they stand
_ALWAYS = {
    "en": "Approx. approximately; esp. especially; resp. respectively; viz. namely; excl. excluding; avg. "
    "average; Univ. University; Assn. Association; Assoc. Association; Natl. National; Intl. "
    "International; Govt. Government; Hosp. Hospital; Mfg. Manufacturing; Chmn. Chairman; Pkwy. "
    "Parkway; Expy. Expressway; oz. ounces; lbs. pounds",
    "de": "Fa. Firma; Inh. Inhaber; Frl. Fräulein; insb. insbesondere; bes. besonders; einschl. "
    "einschließlich; exkl. exklusive; abzgl. abzüglich; gem. gemäß; entspr. entsprechend; mind. "
    "mindestens; urspr. ursprünglich; ugs. umgangssprachlich; ung. ungefähr; verh. verheiratet; "
    "versch. verschiedene; v. a. vor allem; v.a. vor allem; ehem. ehemals; jew. jeweils; resp. "
    "respektive; kath. katholisch; dt. deutsch; engl. englisch; franz. französisch; lat. lateinisch; "
    "griech. griechisch; amerik. amerikanisch; Dipl. Diplom; MwSt. Mehrwertsteuer; Mwst. "
    "Mehrwertsteuer; Einw. Einwohner; Stck. Stück; Stk. Stück; Jhdt. Jahrhundert; Hrsg. Herausgeber; "
    "nachm. nachmittags; abds. abends; Bhf. Bahnhof; Univ. Universität; Ges. Gesellschaft; uvm. und "
    "vieles mehr; u.v.m. und vieles mehr; u. Ä. und Ähnliches; u.Ä. und Ähnliches; Pfd. Pfund; Abk. "
    "Abkürzung; bzgl. bezüglich; ggfs. gegebenenfalls; z. Zt. zurzeit; z.Zt. zurzeit; o. g. oben "
    "genannt; o.g. oben genannt; s. o. siehe oben; s.o. siehe oben; s. u. siehe unten; s.u. siehe "
    "unten; i. A. im Auftrag; i. V. in Vertretung; a. D. außer Dienst; gegr. gegründet; "
    "rd. rund; i. H. v. in Höhe von; i.H.v. in Höhe von; Vors. Vorsitzender; Fam. Familie; MfG mit "
    "freundlichen Grüßen; hdl hab dich lieb; Bde. Bände",
    "fr": "dép. département; dépt. département; Univ. université; trad. traduction; apt. appartement; bât. "
    "bâtiment; ca. circa; "
    "dsl désolé; tkt t'inquiète; stp s'il te plaît; svp s'il vous plaît; bjr bonjour; bcp beaucoup; "
    "tjrs toujours; mdr mort de rire",
    "es": "Cía. compañía; Dpto. departamento; Depto. departamento; dpto. departamento; hrs. horas; izq. "
    "izquierda; dcha. derecha; ca. circa; cf. compárese; Vds. ustedes; "
    "tqm te quiero mucho; tkm te quiero mucho; xq porque; tb también",
    "it": "incl. incluso; escl. escluso; segg. seguenti; Univ. università; Uff. ufficio; dip. dipartimento; "
    "ing. ingegnere; Ing. ingegnere; Avv. avvocato; "
    "cmq comunque; tvb ti voglio bene; tvtb ti voglio tanto bene; nn non; xké perché; xché perché",
    "nl": "zgn. zogenaamde; resp. respectievelijk",
    "pt": "Cia. companhia; hab. habitantes; depto. departamento; cf. confira; Obs. observação; "
    "vc você; vcs vocês; tb também; tbm também; pq porque; blz beleza; obg obrigado; mto muito",
    "sv": "jfr. jämför; milj. miljoner; mdr. miljarder",
    "ru": "ср. сравни; долл. долларов; чел. человек; экз. экземпляров; мл. младший; прим. примечание; т. е. "
    "то есть; св. свыше; "
    "спс спасибо; пжлст пожалуйста; пжл пожалуйста; плз пожалуйста; мб может быть; норм нормально",
    "cs": "srov. srovnej; zejm. zejména; vč. včetně; atp. a tak podobně; odp. odpoledne; dop. dopoledne; "
    "tzn. to znamená; event. eventuálně; "
    "spol. společnost",
}
# Also names or words, where they begin with a capital
_NO_CAPITAL = frozenset(
    "max. min. al. ed. ok. mill. art. św. bes. mind. dom. gen. dic. set. ten. dr.".split()
)
# Behind a place: Dallas, Tex.
_STATES = (
    "Ala Alabama; Ariz Arizona; Ark Arkansas; Calif California; Colo Colorado; Conn Connecticut; "
    "Del Delaware; Fla Florida; Ga Georgia; Ill Illinois; Ind Indiana; Kan Kansas; Ky Kentucky; "
    "La Louisiana; Mass Massachusetts; Mich Michigan; Minn Minnesota; Mo Missouri; Mont Montana; "
    "Neb Nebraska; Nev Nevada; Okla Oklahoma; Ore Oregon; "
    "Pa Pennsylvania; Tenn Tennessee; Tex Texas; Va Virginia; Vt Vermont; "
    "Wash Washington; Wis Wisconsin; Wyo Wyoming; Ont Ontario; Que Quebec; Alta Alberta"
)
# English words too, so that in small letters only a citation makes them short: (art. 5), but not: modern art.
_ORDINARY = frozenset("app art arts def ex par pat prop ref refs tab".split())
_CITING = r"(?:[(\[]|\b(?:[Uu]nder|[Ss]ee|[Pp]er|by|with|also|[Cc]f\.) )$"
_ROADS = "Cir Circle; Ct Court; Ln Lane; Pl Place; Sq Square; Ter Terrace"  # behind a name: Elm Ct.
_FIGURE = r"(?=\s?(?:[(\[]?\d|[B-HJ-Z](?![\w'.])))"
_ROMAN = (
    r"(?:(?![CLI]\b)(?=[IVXLC])(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})(?![\w'])|I(?= ?[-–—,&] ?[IVX])|"
    r"(?=[ivxl]{2}|[ivx] ?[-–—] ?[ivx])(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})(?![\w']))"
)


def _pairs(text: str) -> dict[str, str]:
    """A table from "short form; short form". A short form with several words ends in its last full stop."""
    found = {}
    for entry in filter(None, text.split("; ")):
        cut = entry.rindex(". ") + 1 if ". " in entry else entry.index(" ")
        found[entry[:cut]] = entry[cut + 1 :]
    return found


def numbered(code: str) -> frozenset[str]:
    """The abbreviations of a language that are read before a figure, with their full stop."""
    return frozenset(f"{name}." for name in _cased(_pairs(_NUMBERED[code])))


def with_abbreviations(lang: Language) -> Language:
    """The language with further abbreviations, and with a capital where one begins a sentence: Vgl."""
    known = _pairs(_ALWAYS[lang.code]) | dict(lang.abbreviations)
    if lang.code != "en":
        for name, said in list(known.items()):
            capital = name[:1].upper() + name[1:]
            if len(name) > 2 and name.endswith(".") and name not in _NO_CAPITAL:
                known.setdefault(capital, said[:1].upper() + said[1:])
    numbered = _cased(_pairs(_NUMBERED[lang.code])).keys() - (_ORDINARY if lang.code == "en" else set())
    led = [
        *([lang.roman_after.pattern] if lang.roman_after else []),
        rf"(?<!\w)(?:{alternatives(numbered)})\. ?$",
    ]
    return replace(lang, abbreviations=known, roman_after=re.compile("|".join(led), re.IGNORECASE))


def abbreviation_rules(lang: Language) -> list[Rule]:
    """Rules for abbreviations that what stands beside them tells."""
    numbered = _cased(_pairs(_NUMBERED[lang.code]))
    ordinary = {name: numbered.pop(name) for name in _ORDINARY & numbered.keys() if lang.code == "en"}
    titles = _cased(_pairs(_TITLES[lang.code]))
    rules = [
        _rule(numbered, rf"(?=\s?{_ROMAN})"),
        _rule(numbered, _FIGURE),
        _rule(titles, r"(?=\s[A-ZÀ-ÞА-ЯЁ])"),
    ]
    if lang.code in ("fr", "it"):
        dotted = {name: said for name, said in lang.abbreviations.items() if name.endswith(".")}
        rules.append(_elided(dotted))
        rules.append(_elided({f"{name}.": said for name, said in numbered.items()}, _FIGURE))
    if lang.code == "en":
        rules += [
            _behind(ordinary, _CITING, _FIGURE),
            Rule("abbreviation", "l", compiled(r"Sr\.(?= [A-Z])"), _sister),
            _behind(_pairs(_STATES), r"[A-Z][\w'-]+, $"),
            _behind(_pairs(_ROADS), r"\b(?!The |A |An )[A-Z][a-z]+ $"),
        ]
    return rules


def _cased(table: Mapping[str, str]) -> dict[str, str]:
    """The table with a capital at the beginning of its short forms too, save single letters."""
    capital = {n[0].upper() + n[1:]: said[0].upper() + said[1:] for n, said in table.items() if len(n) > 1}
    return {**capital, **table}


def _rule(table: Mapping[str, str], context: str) -> Rule:
    """A rule for short forms before what `context` finds."""
    pattern = compiled(rf"({alternatives(table)})\.{context}")
    return Rule("abbreviation", "l", pattern, lambda lang, match: table[match[1]])


def _behind(table: Mapping[str, str], left: str, right: str = r"(?!\w)") -> Rule:
    """A rule for short forms that stand behind what `left` finds, and before what `right` does."""
    pattern = compiled(rf"({alternatives(table)})\.{right}")

    def say(lang: Language, match: re.Match) -> str | None:
        return table[match[1]] + ending(lang, match) if re.search(left, before(match)) else None

    return Rule("abbreviation", "l", pattern, say)


def _elided(table: Mapping[str, str], context: str = r"(?!\w)") -> Rule:
    """A rule for short forms behind an apostrophe: l'art. 5, dell'avv. Rossi."""
    pattern = compiled(rf"([^\W\d_]{{1,6}}')({alternatives(table)}){context}")
    return Rule("abbreviation", "l", pattern, lambda lang, m: m[1] + table[m[2]] + ending(lang, m))


def _sister(lang: Language, match: re.Match) -> str | None:
    """Sister before a name; behind one it is Senior."""
    return None if re.search(r"[A-Z][\w'-]+,? $", before(match)) else "Sister"

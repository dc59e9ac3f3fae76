"""The German one before a noun: ein, eine, and after words that ask for the dative einem and einer.

The gender of a noun is told from frequent nouns and from endings.
"""

from __future__ import annotations

import re

from soundalike.text.segment.conventions import conventions_of

from .language import Language, Rule, before, compiled

# What feminine nouns end in, and what others do that end like them; the longest that fits counts, so that
# compounds have the gender of their last word
_FEMININE = frozenset(
    (
        "e ung heit keit schaft ion tät ik ur ei enz anz itis uhr erin istin entin antin ärin orin eurin "
        "login ndin nkelin arin köchin ärztin königin gräfin chefin anwältin göttin zeugin kollegin "
        "expertin beamtin französin türkin polin russin jüdin sekunde urkunde bank frau mutter tochter "
        "schwester oma mama braut magd kuh sau gans maus laus person hand haut brust stirn faust schulter "
        "leber ader wimper faser feder stadt burg bahn tür wand mauer kammer welt luft nacht zeit dauer "
        "frist fahrt jagd flucht kunft sucht geburt tat wahl qual zahl nummer ziffer schuld pflicht sicht "
        "schicht schrift schlacht macht kraft last lust angst kunst gefahr gewalt geduld arbeit antwort art "
        "form norm tracht fracht post kost wurst milch butter nuss frucht naht axt flut glut wut saat schar "
        "steuer feier oper klammer trauer ampel amsel bibel fackel fessel formel gabel geisel insel kachel "
        "kapsel klingel kugel kurbel mandel muschel nadel nudel orgel regel schachtel schaufel schüssel "
        "semmel staffel tafel trommel vokabel windel wurzel zwiebel kartoffel firma kamera pizza cola villa "
        "aula agenda kita arena paprika mafia basis praxis dosis saison couch story party mail app box show "
        "sms cd dvd gmbh bar"
    ).split()
)
_OTHERS = frozenset(
    (
        "ende auge erbe interesse knie genie finale image regime prestige käse name gedanke glaube wille "
        "friede funke buchstabe löwe hase affe rabe drache falke ochse junge bube knabe neffe riese zwerge "
        "zeuge bote kunde kollege experte laie sklave gatte genosse insasse pate franzose russe pole däne "
        "schwede finne grieche türke chinese brite schotte baske kroate tscheche jude loge stratege "
        "pädagoge kommilitone matrose hirte schütze beamte angestellte tee kaffee klee schnee gelee "
        "klischee resümee gebäude gemüse gebirge gelände getränke gerede gehege gewinde gewebe getreide "
        "gefolge gefüge gehäuse gemälde gewölbe gelübde gespräche hunde sprung schwung dung spion stadion "
        "skorpion champion streik mosaik pazifik atlantik katholik abitur futur flur purpur schwur merkur "
        "azur brei papagei schrei blei spiegelei rührei hühnerei osterei tanz kranz schwanz glanz popanz "
        "rosmarin mandarin glycerin gewand einwand aufwand vorwand zitat diktat attentat resultat start "
        "bart palast ballast kader pinsel kompost nikolaus applaus aroma koma aufruhr nachbar barbar "
        "verlust quart dekorateur ingenieur friseur amateur akteur inspekteur regisseur monsieur gouverneur "
        "malheur chauffeur genuss schaft"
    ).split()
)
_OTHERS_ALONE = ("ei", "uhr", "ion")  # as words of their own: 1 Uhr, but eine Armbanduhr
# The dative follows these always, and the others before a time
_DATIVE = re.compile(r"(?i)\b(?:mit|von|bei|aus|nach|seit|zu|außer|samt|ab|binnen) $")
_DATIVE_OF_TIMES = re.compile(r"(?i)\b(?:in|vor|an) $")
_TIMES = re.compile(r"(?:Sekunde|Minute|Stunde|Tag|Woche|Monat|Quartal|Jahr|Jahrzehnt|Jahrhundert)$")
_ADJECTIVE = r"[a-zäöüß-]{3,}e[nrsm]?"
# Small words that end like an adjective
_NO_ADJECTIVES = frozenset(
    (
        "gegen neben zwischen wegen ohne oder unter über aber hinter außer immer wieder heute morgen "
        "gestern bitte seine ihre meine deine eine keine diese jede alle solche welche beide einen einer "
        "eines einem haben werden waren wurden können sollen müssen wollen hatte habe hätte wäre wurde "
        "würde sollte konnte musste wollte kommen kamen gehen stehen daher später früher weiter länger "
        "kleiner größer besser innen außen oben unten eben"
    ).split()
)
_NOUN = r"(?:[A-ZÄÖÜ][a-zäöüß]+(?:-[A-ZÄÖÜ][a-zäöüß]+)*|[A-Z]-[A-ZÄÖÜ][a-zäöüß]+|[A-Z]{2,5}(?![\w/]))"


def is_feminine(noun: str) -> bool:
    """Whether a noun is feminine, as far as its end tells."""
    word = noun.lower().rpartition("-")[2]
    if word in _OTHERS_ALONE:
        return False
    for start in range(len(word)):
        if word[start:] in _FEMININE:
            return True
        if word[start:] in _OTHERS:
            return False
    return False


def _one(lang: Language, match: re.Match) -> str | None:
    """ein Mann, eine Frau, mit einem Auto, ein neues Problem. Kapitel 1 stays "eins"."""
    left = before(match)
    if _is_name(lang, left):
        return None
    adjectives, noun = (match[1] or "").split(), match[2]
    if noun == "Uhr" or f"{noun}." in lang.units or noun in lang.units or noun in lang.currencies:
        return None
    if any(word in _NO_ADJECTIVES or word in lang.common for word in adjectives):
        return None
    feminine = is_feminine(noun)
    if _DATIVE.search(left) or _DATIVE_OF_TIMES.search(left) and _TIMES.search(noun):
        return "einer" if feminine else "einem"
    # An adjective tells the gender itself: ein kleiner, eine kleine, ein kleines, einen kleinen
    kind = adjectives[0][-2:] if adjectives else ""
    if kind.endswith("e"):
        return "eine"
    if kind in ("er", "es"):
        return "ein"
    if kind == "en":
        return "einen"
    return "eine" if feminine else "ein"


def _one_or_more(lang: Language, match: re.Match) -> str | None:
    """ein oder zwei Tage, ein bis zwei Wochen."""
    if _is_name(lang, before(match)):
        return None
    return "ein oder " if match[2] == "oder" else "ein bis "


def _is_name(lang: Language, left: str) -> bool:
    """Whether a number behind this names what is before it: Kapitel 1."""
    named = re.search(r"([^\W_]+) $", left)
    return bool(named and not named[1][0].islower() and named[1].lower() not in conventions_of(lang).openers)


RULES = tuple(
    Rule("cardinal", "d", compiled(pattern), say)
    for pattern, say in (
        (rf"1(?= ((?:{_ADJECTIVE} ){{0,2}})(?!Mio|Mrd|Tsd|Bio)({_NOUN}))", _one),
        (r"1(?: ?([-–]) ?| (oder|bis) )(?=\d{1,2} [A-ZÄÖÜ][a-zäöüß]{2})", _one_or_more),
    )
)

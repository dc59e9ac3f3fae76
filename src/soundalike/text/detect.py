"""The language of a text: by its script, then by common words and letters that few languages have."""

from __future__ import annotations

import re
import unicodedata

_COMMON = {
    name: frozenset(words)
    for name, *words in (
        line.split()
        for line in """
en a an am no yes now time take make need want know like here into over let it's great good new day please \
never such the and of to in is was that it he she you for on with as his her they at be this have from or \
had by not are but what were there can who will my your we i do did would their them been has one all me \
him so if when which about out up how where why our some more very
de diese dieser dieses mehr sehr wir ihn vor seit unter immer doch alles man schon jetzt der die das und \
ist nicht ich du er sie es wir ihr ein eine einen einem einer mit auf für von den dem des im zu zum zur war \
hat haben sind wird auch wenn aber wie was noch nur nach bei aus über kann mein meine dein sein seine uns \
sich oder am heute hier mir mich wo
es ha sido puede ser usted dos sólo contra tus estas ante veces han he nunca tan mis esto ese esa otro otra \
el la los las de que y en un una es no se por con para su al lo como más pero sus le ya este sí porque esta \
entre cuando muy sin sobre también me hasta hay donde quien desde todo nos uno ni él ella mi tu está son \
fue era tiene dónde qué yo del hoy mañana hace
fr selon ni a deux aucun aussi sous entre après avant premier jamais rien alors donc ont ai as suis êtes le \
la les de des du et est un une que qui dans en il elle ne pas pour sur au aux ce cette ces son sa ses se je \
tu nous vous ils avec mais plus par ou où sont été était être on y à très bien mon ma mes comme fait leur \
lui quand aussi tout d l c j n s qu
it poi hai prima solo ogni oltre contro erano furono ed o sta fare essere altri nostro loro qui sempre \
piena il lo la gli le di che e è un una in non per con sono mi si ma come più ha ho da del della dei delle \
nel nella al alla questo questa quello anche se i l ci cosa perché molto quando dove era stato ti lei lui \
noi voi mio mia tuo suo sua ai dal dalla c sul oggi hanno
nl de het een en van ik te dat die in is je niet zijn op aan met voor er maar om hem dan zou wat mijn men \
dit zo door over ze zich bij ook tot uit naar heb hoe heeft hebben deze u want nog zal me zij nu geen iets \
worden toch al waren veel meer doen moet wij hij was waar ons
pt dela dele fim teve porque havia pouca pouco me meu nunca tão isso essa esse você vocês depois eram nem o \
a os as de que e em um uma é não se por com para do da dos das no na nos nas ao à mais mas como foi ele ela \
seu sua ou quando muito já eu também só pelo pela até isso entre depois sem mesmo você meu minha está são \
tem ser onde hoje nós isto esta este há te lhe
sv och i att det som en på är av för med den till inte har de om ett han var hon jag men sig från vi så kan \
man när nu hade vid du ska alla eller där ut vad efter under över mycket min mitt din ditt hans hennes mig \
dig oss blir bli också här inga idag varför hur vill måste
cs a se v na je že to s z do o k i ale jsem jsi jsou by byl byla bylo jako tak za po co pro ten ta ve si \
když už ne být jeho její jen nebo není jak který která které mu jej ho mě mi ti však až od kde máte mám \
bude mít tady dnes kdy proč také jsme svou svůj nás vás
""".strip().splitlines()
    )
}
_LETTERS = {
    "de": "äöüß",
    "es": "ñáéíóú¿¡",
    "fr": "éèêàçùœëïîôû",
    "it": "àèìòùé",
    "pt": "ãõçáéêíóôúâà",
    "sv": "åäö",
    "cs": "ěščřžýůďťňáíéúó",
    "nl": "ëéï",
}
_PARTS = {  # runs of letters that are common in one language and rare in the others; _ is a word's edge
    "en": "th wh sh ea ough igh ing_ ed_ _kn ck_ tion_ ly_ ould ay_ ow",
    "de": "sch cht ung_ keit_ lich ich_ _zw pf tz eim ein _ge _ver _an auf eu ie heit_ ß cher ucht ft_ rn_",
    "es": "ción_ _ll lla ñ ado_ ido_ ando_ iendo_ _hu ue ie dad_ _est os_ _qu aba_ ía ios_ rre jo_ ja_",
    "fr": (
        "eau eux aux oux ç qu' _l' _d' _n' _s' _j' _c' _qu' oi ou tion_ ment_ ez_ ent_ er_ ais ait "
        "elle_ ette_ ille eur_ que_"
    ),
    "it": (
        "zione_ zz gli cch tti_ tto_ tta_ lla_ llo_ gg ggi chi che ghi are_ ere_ ire_ ato_ uto_ _sc cci "
        "ezza_ _all' _l' _dell' sso_ nno_ ino_ uo"
    ),
    "nl": "ij oo aa ee uu sch oe ui _zi _ge isch_ lijk heid_ en_ aar gt_ cht _ver je_ oor eer_ zo vr",
    "pt": "ção ções ão ões nh lh _qu ç dade_ ei ou eir inho inha _não am_ em_ ê ou_ oso_ gem_ ndo_ ões_",
    "sv": "å ä ö sk ck ande_ ning_ ade_ tt_ lj _sj _fö ör ar_ na_ igt_ ligt_ ska_ ll_",
    "cs": (
        "ch ou_ ý_ é_ ě ř š č ž ů ost_ ní_ ání_ ení_ _př _ne _po vš ho_ mi_ il_ la_ al_ ých_ ova št "
        "ství_ _vy áh ám_"
    ),
}
_PARTS_OF = {
    language: re.compile("|".join(f"(?={part})" for part in parts.split()))
    for language, parts in _PARTS.items()
}


def detect_language(text: str, default: str = "en") -> str:
    """The language of LANGUAGES a text is most likely in; `default` where the text has too few signs of any.

    Markup between < and > is not counted.
    """
    text = unicodedata.normalize("NFC", re.sub(r"<[^>]*>", " ", text[:20_000]))
    letters = [c for c in text if c.isalpha()]
    if not letters:
        return default
    if sum("\u0400" <= c <= "\u04ff" for c in letters) > 0.5 * len(letters):
        return "ru"
    words = re.findall(r"[^\W\d_]+(?:['’](?=[^\W\d_]))?", text.lower().replace("’", "'"))
    scores = {language: _score(language, words) for language in _COMMON}
    best = max(scores, key=lambda language: scores[language])
    second = max(score for language, score in scores.items() if language != best)
    enough = (
        scores[best] >= 1.5
        and scores[best] > second
        and scores[best] > 1.1 * scores[default if default in scores else "en"]
    )
    return best if enough else default


def _score(language: str, words: list[str]) -> float:
    """Points: one for a common word (more where few languages have it), less for a telling letter, least for
    a run of letters.
    """
    points = 0.0
    for word in words:
        if word.rstrip("'") in _COMMON[language]:
            points += (0.3 if len(word) == 1 else 0.5) + 1.0 / sum(
                word.rstrip("'") in other for other in _COMMON.values()
            )
        for c in set(word) & set(_LETTERS.get(language, "")):
            points += 0.3 + 0.9 * (sum(c in own for own in _LETTERS.values()) == 1)
        if len(word) > 2:
            points += 0.25 * len(_PARTS_OF[language].findall(f"_{word}_"))
    return points

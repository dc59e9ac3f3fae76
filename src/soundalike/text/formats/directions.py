"""Stage directions: what a text asks a speaker to do beside speaking, such as [laughs] or *sighs*.

The words are those that people and other synthesizers write. A word in round brackets or stars may also be
part of the text: there only forms that describe an act count, and not after the words of a sentence that make
them its verb ("he *laughs* at me").
"""

from __future__ import annotations

import re

# Acts in English: what is heard, and what a reader shows by the face
_HEARD = (
    "burp chuckle clap cough exhale gasp giggle groan growl grunt gulp hiccup hum inhale laugh moan mumble "
    "murmur mutter pant scream shout shriek shush sigh sing sneeze snicker sniff sniffle snore snort sob "
    "swallow weep wheeze whimper whisper whistle yawn yell"
).split()
_SEEN = "blink blush bow facepalm frown grin nod shrug smile smirk wave wink".split()
_IRREGULAR = {
    "breathes", "breathing", "cries", "crying", "clears", "clearing", "takes", "taking", "pauses", "pausing",
    "catches", "coos", "laughter", "weeping",
}  # fmt: skip
_NOISES = frozenset("ahem cough gasp giggle groan gulp laugh sigh sniff sniffle snort sob yawn".split())
_SQUARE_ONLY = frozenset(
    (
        "amused angry annoyed applause awe bored calm cheerful cheering clapping confused crowd cry "
        "curious disappointed disgusted excited excitedly explosion fearful frightened frustrated "
        "gunshot happily happy hesitates impressed inaudible indistinct interrupting jumping laughing "
        "laughter mischievously music nervous nervously noise playfully playing rushed sad sadly "
        "sarcastic sarcastically scared serious shocked silence singing sleepy softly surprised "
        "thoughtful tired warmly whispering worried"
    ).split()
)
_ADDED = frozenset(
    (
        "a again and audibly awkwardly background bit breath breathes briefly deep deeply evilly fades "
        "floor gently hard harder head heavily her his in into lightly little long loud loudly "
        "maniacally nervous nervously out over quietly short slightly slowly soft softly starts stops "
        "the throat under up voice while"
    ).split()
)
# Of other languages: (acts, and what only square brackets may hold)
_OTHERS: dict[str, tuple[str, str]] = {
    "cs": ("směje se|vzdychá|kašle|pláče|šeptá|zívá|sténá|usmívá se|odkašle si", "smích|"
    "povzdech|potlesk|hudba|šeptem"),
    "de": (
        "lacht|lachend|kichert|seufzt|seufzend|hustet|räuspert sich|weint|weinend|schluchzt|"
        "flüstert|flüsternd|"
        "gähnt|stöhnt|schnieft|keucht|grinst|lächelt|nickt|zwinkert|zuckt mit den schultern|"
        "zuckt die schultern",
        "lachen|gelächter|seufzen|seufzer|husten|weinen|flüstern|gähnen|stöhnen|applaus|beifall|musik|stille",
    ),
    "es": (
        "ríe|se ríe|riendo|suspira|suspirando|tose|llora|llorando|susurra|susurrando|bosteza|"
        "gime|solloza|carraspea|"
        "sonríe|asiente",
        "risa|risas|suspiro|tos|aplausos|música|silencio|llanto|susurro",
    ),
    "fr": (
        "rit|elle rit|il rit|en riant|soupire|tousse|pleure|chuchote|murmure|bâille|gémit|"
        "sanglote|ricane|sourit|"
        "se racle la gorge|hoche la tête",
        "rire|rires|soupir|toux|applaudissements|musique|silence|sanglots|chuchotement",
    ),
    "it": (
        "ride|ridendo|sospira|sospirando|tossisce|piange|piangendo|sussurra|sussurrando|"
        "sbadiglia|geme|singhiozza|"
        "sorride|annuisce|si schiarisce la voce",
        "risa|risata|risate|sospiro|tosse|applausi|musica|silenzio|pianto",
    ),
    "nl": (
        "lacht|lachend|grinnikt|zucht|zuchtend|hoest|huilt|fluistert|gaapt|kreunt|snikt|glimlacht|knikt|"
        "schraapt keel|schraapt zijn keel|schraapt haar keel",
        "gelach|gezucht|hoesten|applaus|muziek|stilte|gefluister",
    ),
    "pt": (
        "ri|rindo|suspira|suspirando|tosse|chora|chorando|sussurra|sussurrando|boceja|geme|soluça|sorri|"
        "pigarreia|limpa a garganta",
        "risos|risadas|riso|suspiro|aplausos|música|silêncio|choro|sussurro",
    ),
    "ru": (
        "смеётся|смеется|смеясь|хихикает|вздыхает|вздыхая|кашляет|плачет|шепчет|шёпотом|"
        "шепотом|зевает|стонет|"
        "всхлипывает|улыбается|кивает|откашливается",
        "смех|вздох|кашель|плач|шёпот|шепот|аплодисменты|музыка|тишина",
    ),
    "sv": (
        "skrattar|fnissar|suckar|hostar|gråter|viskar|gäspar|stönar|snyftar|ler|nickar|harklar sig",
        "skratt|suck|hosta|applåder|musik|tystnad|gråt|viskning",
    ),
}  # fmt: skip
# Before a word in stars, they make it a verb or noun of the sentence
_SUBJECTS = re.compile(
    r"\b(?:i|you|he|she|it|we|they|who|that|which|to|is|was|are|were|be|been|am|not|never|always|often|"
    r"er|sie|es|ich|du|wir|ihr|man|il|elle|on|je|tu|él|ella|yo|lui|lei|io|ele|ela|eu|hij|zij|ze|ik|"
    r"он|она|они|я|мы|han|hon|hen|jag|on|ona|já|"
    r"the|a|an|these|those|his|her|my|your|our|their|some|of|in|with)['’]?s?\s*$|['’]s\s*$",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"\b(?!(?:and|but|so|then|well|oh|ah|no|yes|yeah|okay|hey|ha|hm+|now|look|please|sorry|thanks|or)\b)"
    r"(?-i:[A-Z])[a-z]+\s*$",
    re.IGNORECASE,
)
_SPEAKER = re.compile(r"S\d|(?:speaker|voice)[ _]?\d{1,2}", re.IGNORECASE)  # of the next words
_BOUNDARY_BEFORE = re.compile(r"(?:^|[.!?…,;:—–\-\"“”»)\]\n>])\s*$")


def _forms(stems: list[str]) -> set[str]:
    """The third person and the participle of English verbs."""
    found = {"cries", "crying"}
    for stem in stems:
        base = stem.removesuffix("e")
        doubled = stem + stem[-1] if stem in ("hum", "nod", "shrug", "grin", "sob") else base
        ending = "es" if stem.endswith(("ch", "sh", "s")) else "s"
        found |= {stem + ending, doubled + "ing"}
    return found


_ACTS = frozenset(_forms(_HEARD + _SEEN) | _IRREGULAR)
_ALL = _ACTS | _SQUARE_ONLY | frozenset(_HEARD) | _NOISES
_MOST_WORDS = 4
# Verbs of a direction only with what they take: clears throat, takes a deep breath
_TAKING = frozenset("catches clear clearing clears take takes taking".split())
_TAKEN = frozenset("breath breaths throat".split())
# Before a word in square brackets, they make it one that an editor put in: "I was [happy] to see him"
_EDITED = re.compile(
    r"\b(?:to|is|was|are|were|be|been|am|the|a|an|these|those|very|so|not|of|in|with)\s*$", re.IGNORECASE
)


def is_direction(inside: str, kind: str, before: str, language: str) -> bool:
    """Whether what stands in brackets is a stage direction.

    `kind` is the bracket that opens it: "[", "<", "(" or "*"; `before` the text before that.
    """
    said = " ".join(re.findall(r"[\w'’]+", inside.lower()))
    if kind == "[" and _SPEAKER.fullmatch(inside):
        return True
    if not said or re.search(r"[.!?;:=/\d_]", inside):
        return False
    acts, nouns = _OTHERS.get(language, ("", ""))
    if said in acts.split("|") or said in nouns.split("|") and kind == "[":
        return kind != "*" or not _has_subject(before)
    if kind in "(*" and "," in inside:
        return False
    words = said.split()
    if len(words) > _MOST_WORDS:
        return False
    if _TAKING.intersection(words):
        return bool(_TAKEN.intersection(words)) and all(word in _ALL | _ADDED for word in words)
    if kind in "[<":
        put_in = kind == "[" and (is_edited(before) or words[0] in ("the", "a", "his", "her"))
        known = any(word in _ALL for word in words) and all(word in _ALL | _ADDED for word in words)
        return known and not put_in
    return _is_act(words, before) and not (kind == "*" and _has_subject(before))


def is_edited(before: str) -> bool:
    """Whether a word in square brackets after `before` is one that an editor put into the sentence."""
    return bool(_EDITED.search(before[-20:]))


def _has_subject(before: str) -> bool:
    """Whether the words before a verb or noun go on with it."""
    return bool(_SUBJECTS.search(before[-30:]) or _NAME.search(before[-30:]))


def _is_act(words: list[str], before: str) -> bool:
    """Whether words in round brackets or stars describe an act of the speaker."""
    is_noise = all(word in _NOISES for word in words)
    if is_noise or any(word.endswith("ing") for word in words):
        if not is_noise and not all(word in _ACTS | _ADDED for word in words):
            return False
        return bool(_BOUNDARY_BEFORE.search(before[-8:]))
    acts = any(word in _ACTS for word in words)
    return acts and all(word in _ACTS | _ADDED for word in words)


def directions_warning(found: list[str]) -> list[str]:
    """The one warning that names what was left out; nothing where nothing was."""
    if not found:
        return []
    names = ", ".join(dict.fromkeys(found))
    return [
        f"stage directions cannot be performed and are left out: {names}. "
        "Write [pause 0.5s] for a pause; the text format plain reads them as words."
    ]

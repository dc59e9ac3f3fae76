"""English words written alike and said differently: which one is meant, by the words around them.

Three kinds: nouns (or adjectives) and verbs told apart by stress or voice (`NOUN_VERB`), words of two
meanings (`SENSES`), and `read`, told by tense. What no rule settles is left to the lexicon, which goes by a
tagger's guess at the part of speech.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SUBJECTS = _set("i you we they who")
_SINGULAR = _set("he she it who everyone everybody nobody someone anyone")
_DETERMINERS = _set(
    "a an the this these those my your his its our their whose no some any each every another own such same first second third next last "
    "new old good bad great big small one two three four five six seven eight nine ten many several few both all what which"
)
_OBJECTS = _set(
    "the a an this these those my your his her its our their it him them me us you everything anything something"
)
_PREPOSITIONS = _set(
    "of in on with without for from by under into about at after before during per through between against over within"
)
_MODALS = _set(
    "will would can could shall should may might must cannot can't won't wouldn't couldn't shouldn't mustn't do don't doesn't didn't did "
    "let's please i'll you'll we'll they'll he'll she'll it'll i'd you'd we'd they'd he'd she'd gonna"
)
_BE = _set(
    "is was are were am be been being isn't wasn't aren't weren't i'm you're we're they're he's she's it's that's"
)
_HAVE = _set("have has had having haven't hasn't hadn't i've you've we've they've")
_ADVERBS = _set(
    "never always often also just still only even soon ever already sometimes seldom not then now both"
)
_AFTER_NOUN = _BE | _HAVE | _set("will would can could should may might must of")
_NOT_INFINITIVE = _set(
    "due according contrary similar next close prior thanks related addition response exposed back used subject opposed access"
)
_PAST_CLUES = _set("yesterday ago last when once earlier was were had said went came told did then already")
_PRESENT_CLUES = _set(
    "every always often usually daily sometimes now today tomorrow generally normally each never"
)


@dataclass(frozen=True)
class Word:
    """A word in its sentence, as the rules see it."""

    text: str
    tag: str = ""  # Penn Treebank part of speech, guessed
    ends: bool = False  # a mark follows it


@dataclass(frozen=True)
class Sense:
    """One pronunciation, and what speaks for it: any one of these is enough; none at all makes it the rule's
    last resort.
    """

    ipa: str
    part: str = ""  # V or N, as `part_of` tells it
    before: frozenset[str] = field(default_factory=frozenset)  # the word before is one of these
    after: frozenset[str] = field(default_factory=frozenset)
    near: frozenset[str] = field(default_factory=frozenset)  # any other word of the sentence is
    written: str = ""  # how the word itself is written, a pattern


def sense(
    ipa: str, part: str = "", before: str = "", after: str = "", near: str = "", written: str = ""
) -> Sense:
    return Sense(ipa, part, _set(before), _set(after), _set(near), written)


NOUN_VERB = {
    name: (noun, verb)
    for name, noun, verb in (
        line.split()
        for line in """
abuse əbjˈus əbjˈuz
addict ˈædˌɪkt ədˈɪkt
advocate ˈædvəkɪt ˈædvəkˌeɪt
alternate ˈɔltɚnɪt ˈɔltɚnˌeɪt
appropriate əpɹˈoʊpɹiɪt əpɹˈoʊpɹiˌeɪt
approximate əpɹˈɑksəmɪt əpɹˈɑksəmˌeɪt
articulate ɑɹtˈɪkjəlɪt ɑɹtˈɪkjəlˌeɪt
associate əsˈoʊʃiɪt əsˈoʊʃiˌeɪt
attribute ˈætɹɪbjˌut ətɹˈɪbjˌut
combine kˈɑmbaɪn kəmbˈaɪn
compound kˈɑmpaʊnd kəmpˈaʊnd
conduct kˈɑndʌkt kəndˈʌkt
conflict kˈɑnflɪkt kənflˈɪkt
console kˈɑnsoʊl kənsˈoʊl
contest kˈɑntɛst kəntˈɛst
contract kˈɑntɹˌækt kəntɹˈækt
contrast kˈɑntɹæst kəntɹˈæst
convert kˈɑnvɚt kənvˈɚt
convict kˈɑnvɪkt kənvˈɪkt
coordinate koʊˈɔɹdɪnɪt koʊˈɔɹdɪnˌeɪt
decrease dˈikɹˌis dɪkɹˈis
delegate dˈɛləɡɪt dˈɛləɡˌeɪt
deliberate dɪlˈɪbɚɪt dɪlˈɪbɚˌeɪt
desert dˈɛzɚt dɪzˈɚt
digest dˈaɪd͡ʒɛst daɪd͡ʒˈɛst
duplicate dˈuplɪkɪt dˈuplɪkˌeɪt
elaborate ɪlˈæbɚɪt ɪlˈæbɚˌeɪt
escort ˈɛskɔɹt ɪskˈɔɹt
estimate ˈɛstɪmɪt ˈɛstɪmˌeɪt
excuse ɪkskjˈus ɪkskjˈuz
export ˈɛkspɔɹt ɪkspˈɔɹt
extract ˈɛkstɹækt ɛkstɹˈækt
graduate ɡɹˈæd͡ʒuɪt ɡɹˈæd͡ʒuˌeɪt
house hˈaʊs hˈaʊz
import ˈɪmpɔɹt ɪmpˈɔɹt
increase ˈɪŋkɹis ɪŋkɹˈis
insult ˈɪnsʌlt ɪnsˈʌlt
intimate ˈɪntɪmɪt ˈɪntɪmˌeɪt
moderate mˈɑdɚɪt mˈɑdɚˌeɪt
object ˈɑbd͡ʒɛkt əbd͡ʒˈɛkt
perfect pˈɚfɛkt pɚfˈɛkt
permit pˈɚmɪt pɚmˈɪt
present pɹˈɛzənt pɹɪzˈɛnt
produce pɹˈoʊdus pɹədˈus
progress pɹˈɑɡɹɛs pɹəɡɹˈɛs
project pɹˈɑd͡ʒɛkt pɹəd͡ʒˈɛkt
protest pɹˈoʊtɛst pɹətˈɛst
rebel ɹˈɛbəl ɹɪbˈɛl
record ɹˈɛkɚd ɹɪkˈɔɹd
refuse ɹˈɛfjˌus ɹɪfjˈuz
reject ɹˈid͡ʒɛkt ɹɪd͡ʒˈɛkt
resume ɹˈɛzəmˌeɪ ɹɪzˈum
separate sˈɛpɚɪt sˈɛpɚˌeɪt
subject sˈʌbd͡ʒɪkt səbd͡ʒˈɛkt
survey sˈɚvˌeɪ sɚvˈeɪ
suspect sˈʌspˌɛkt səspˈɛkt
transfer tɹˈænsfɚ tɹænsfˈɚ
transport tɹˈænspɔɹt tɹænspˈɔɹt
upset ˈʌpsˌɛt ʌpsˈɛt
use jˈus jˈuz
""".strip().splitlines()
    )
}

SENSES = {
    "lead": [
        sense("lˈid", part="V", after="role roles singer guitarist actor actress author character to"),
        sense(
            "lˈɛd",
            before="of heavy molten containing contains",
            after="pipe pipes paint poisoning pencil pencils bullets shielding weights",
            near="zinc copper plumbing toxic smelter roof roofs pipes",
        ),
        sense("lˈid"),
    ],
    "wind": [
        sense("wˈaɪnd", part="V"),
        sense(
            "wˈaɪnd",
            before="paths trails rivers streams stairs",
            after="up down through around along its between past the",
        ),
        sense("wˈɪnd"),
    ],
    "winds": [
        sense(
            "wˈaɪndz",
            before="he she road path river trail street stream staircase it that which",
            after="through around along its up past",
        ),
        sense("wˈɪndz"),
    ],
    "live": [
        sense(
            "lˈaɪv",
            after="music concert concerts show shows broadcast broadcasts wire wires stream performance performances audience coverage "
            "bait tv ammunition recording album television event events action updates",
        ),
        sense("lˈɪv", part="V"),
        sense(
            "lˈaɪv",
            before="played broadcast broadcasting aired streamed streaming went goes perform performed "
            "performing reporting sang appeared shown",
        ),
    ],
    "lives": [
        sense("lˈaɪvz", part="N"),
        sense(
            "lˈɪvz",
            before="who he she it that which",
            after="in at on near with alone here there by next across under among",
        ),
    ],
    "close": [
        sense(
            "klˈoʊs",
            before="very so too how quite pretty really fairly extremely as get got gets getting came come comes stay "
            "stayed stand stood sat sit dangerously remarkably more",
            after="to friend friends enough by call range attention look relationship "
            "proximity second game race match family watch eye contact up together relatives ties",
        ),
        sense("klˈoʊz", part="V"),
        sense("klˈoʊz", after="of the at on early late down"),
        sense("klˈoʊs", part="N"),
    ],
    "tear": [
        sense("tˈɛɹ", part="V"),
        sense(
            "tˈɪɹ",
            after="gas duct ducts drop drops stained",
            near="eye eyes cheek cheeks face rolled shed wiped cry cried weeping",
        ),
        sense("tˈɛɹ"),
    ],
    "tears": [
        sense("tˈɛɹz", before="he she it who", after="up apart off open it them"),
        sense("tˈɪɹz"),
    ],
    "bow": [
        sense(
            "bˈoʊ",
            after="tie ties string",
            near="arrow arrows violin cello fiddle ribbon ribbons hair archer archers tied string shoelace",
        ),
        sense("bˈaʊ", part="V"),
        sense(
            "bˈaʊ",
            after="to before down out of",
            near="ship ship's boat stern deck actors took take takes audience curtain",
        ),
        sense("bˈoʊ"),
    ],
    "row": [
        sense(
            "ɹˈaʊ",
            before="blazing furious heated political diplomatic bitter",
            after="broke erupted about over between",
        ),
        sense("ɹˈoʊ"),
    ],
    "sow": [
        sense("sˈaʊ", part="N"),
        sense("sˈaʊ", near="piglet piglets pig pigs litter pen mud boar"),
        sense("sˈoʊ"),
    ],
    "wound": [
        sense(
            "wˈaʊnd",
            before="he she they we i it clock road path river",
            after="up around round down through back the its",
        ),
        sense("wˈund"),
    ],
    "bass": [
        sense(
            "bˈæs",
            near="fish fishing caught catch lake river pond sea striped largemouth grilled fried trout angler ate",
        ),
        sense("bˈeɪs"),
    ],
    "minute": [
        sense(
            "maɪnˈut",
            before="so too very extremely such",
            after="detail details amount amounts quantity quantities particles differences traces "
            "changes fraction variations cracks inspection scale",
        ),
        sense("mˈɪnɪt"),
    ],
    "content": [
        sense(
            "kəntˈɛnt",
            before="is was are were be been am feel felt feels seem seemed seems quite perfectly very not i'm he's "
            "she's they're we're",
            after="to",
        ),
        sense("kˈɑntɛnt"),
    ],
    "does": [
        sense(
            "dˈoʊz", before="two three four five several female many", near="stag stags bucks fawn fawns deer"
        ),
        sense("dˈʌz"),
    ],
    "dove": [
        sense(
            "dˈoʊv",
            before="he she they we i",
            after="into in off under down through headfirst straight deep for",
        ),
        sense("dˈʌv"),
    ],
    "number": [
        sense("nˈʌmɚ", before="grew grow grows became felt feel feels getting even", after="than"),
        sense("nˈʌmbɚ"),
    ],
    "sewer": [
        sense("sˈoʊɚ", near="needle thread dress dresses fabric seamstress stitches tailor quilt"),
        sense("sˈuɚ"),
    ],
    "polish": [
        sense("pˈɑlɪʃ", part="V", after="the my your his her its our their it them up off"),
        sense("pˈoʊlɪʃ", written="P.*"),
        sense("pˈɑlɪʃ"),
    ],
    "august": [
        sense("ˈɔɡəst", before="in last this of next early late mid since until by every", written="A.*"),
        sense("ɔɡˈʌst"),
    ],
    "invalid": [
        sense("ˈɪnvəlɪd", before="elderly bedridden chronic lifelong helpless", after="who in whom"),
        sense("ɪnvˈælɪd"),
    ],
    "axes": [
        sense(
            "ˈæksˌiz",
            before="both x y z these",
            near="graph plot coordinate vertical horizontal rotation chart",
        ),
        sense("ˈæksɪz"),
    ],
}
HETERONYMS = frozenset(SENSES) | frozenset(NOUN_VERB) | {"read"}


def pronunciation(words: Sequence[Word], at: int) -> tuple[str, str] | None:
    """IPA of the heteronym at a place of its sentence, and the rule in words; None for other words and where
    no rule decides.
    """
    word = words[at].text.lower()
    if word == "read":
        past = _is_past(words, at)
        return None if past is None else (("ɹˈɛd", "past tense") if past else ("ɹˈid", "not past tense"))
    if word in SENSES:
        return _by_sense(words, at, SENSES[word])
    base, plural = (word, False) if word in NOUN_VERB else (word[:-1], True)
    if base not in NOUN_VERB:
        return None
    part = part_of(words, at)
    if not part:
        return _mended(words[at], base, plural)
    ipa = NOUN_VERB[base][part == "V" or word == "houses"]  # several houses have the sound of the verb
    return (with_s(ipa) if plural else ipa), "verb" if part == "V" else "noun or adjective"


def _mended(word: Word, base: str, plural: bool) -> tuple[str, str] | None:
    """Where the tagger decides but the lexicon has one pronunciation wrong: the noun refuse."""
    if base == "refuse" and not plural and word.tag.startswith(("NN", "JJ")):
        return NOUN_VERB[base][0], "tagged a noun"
    return None


def with_s(ipa: str) -> str:
    if ipa.endswith(("s", "z", "ʃ", "ʒ")):
        return ipa + "ɪz"
    return ipa + ("s" if ipa.endswith(("p", "t", "k", "f", "θ")) else "z")


def _by_sense(words: Sequence[Word], at: int, senses: list[Sense]) -> tuple[str, str] | None:
    before = words[at - 1].text.lower() if at else ""
    after = words[at + 1].text.lower() if at + 1 < len(words) and not words[at].ends else ""
    near = {word.text.lower() for i, word in enumerate(words) if i != at}
    part = part_of(words, at)
    for option in senses:
        last = not (option.part or option.before or option.after or option.near or option.written)
        if last:
            return option.ipa, "usual sense"
        if option.part and option.part == part:
            return option.ipa, "verb" if part == "V" else "noun or adjective"
        if before in option.before:
            return option.ipa, f"after '{before}'"
        if after in option.after:
            return option.ipa, f"before '{after}'"
        if near & option.near:
            return option.ipa, f"with '{min(near & option.near)}'"
        if option.written and re.fullmatch(option.written, words[at].text):
            return option.ipa, "capital letter"
    return None


def part_of(words: Sequence[Word], at: int) -> str:
    """V for a verb, N for a noun or adjective, empty where the neighbours do not tell."""
    word = words[at].text.lower()
    back = at - 1
    while (
        back >= 0
        and not words[back].ends
        and (words[back].text.lower() in _ADVERBS or words[back].text.lower().endswith("ly"))
    ):
        back -= 1
    starts = back < 0 or words[back].ends
    prev = "" if starts else words[back].text.lower()
    earlier = words[back - 1].text.lower() if back > 0 else ""
    after = words[at + 1].text.lower() if at + 1 < len(words) and not words[at].ends else ""
    skipped = back < at - 1
    if word.endswith("s") and not word.endswith("ss"):
        return _part_of_s(prev, words[back] if not starts else None, after)
    if prev == "to":
        return "" if earlier in _NOT_INFINITIVE else "V"
    if prev in _MODALS or prev in _SUBJECTS:
        return "V"
    if prev in ("he", "she", "it", "her", "him", "them") and earlier in _MODALS | {
        "does",
        "let",
        "make",
        "made",
        "help",
        "helped",
        "watched",
    }:
        return "V"
    if prev in _DETERMINERS or prev == "her" or prev in _PREPOSITIONS or prev in _BE or prev.endswith("'s"):
        return "N"
    if starts and after in _OBJECTS:
        return "V"
    if after in _AFTER_NOUN:
        return "N"
    plural = prev in ("people", "children", "men", "women", "police")
    plural = plural or prev.endswith("s") and not prev.endswith("ss") and words[back].tag in ("NNS", "NNPS")
    if plural and (skipped or after in _OBJECTS or after in ("to", "that", "when", "against", "with")):
        return "V"
    return ""


def _part_of_s(prev: str, previous: Word | None, after: str) -> str:
    if prev in _SINGULAR or prev == "which":
        return "V"
    if prev in _DETERMINERS or prev == "her" or prev in _PREPOSITIONS or prev.endswith("'s") or prev == "to":
        return "N"
    if after in _AFTER_NOUN:
        return "N"
    singular = previous is not None and previous.tag in ("NN", "NNP") and not prev.endswith("s")
    return "V" if singular and (after in _OBJECTS or after in ("to", "that", "when")) else ""


def _is_past(words: Sequence[Word], at: int) -> bool | None:
    """Whether `read` is past; None where nothing tells."""
    lower = [word.text.lower() for word in words]
    after = lower[at + 1] if at + 1 < len(words) and not words[at].ends else ""
    back = at - 1
    while (
        back >= 0
        and not words[back].ends
        and (lower[back] in _ADVERBS or lower[back].endswith("ly") or lower[back] in ("all", "well"))
    ):
        back -= 1
    if back < 0 or words[back].ends:
        return False if back < 0 else None
    prev = lower[back]
    earlier = lower[max(0, back - 3) : back]
    if prev in _HAVE or prev in _BE or prev in ("got", "get"):
        return True
    if prev == "to" or prev in _MODALS - _set("i'd you'd we'd they'd he'd she'd"):
        return False
    if prev.endswith("'d"):
        return True
    if prev in _SUBJECTS | _SINGULAR | {"people", "children", "everyone"}:
        if any(word in _MODALS or word in ("does", "to") for word in earlier):
            return False
        if any(word in _HAVE for word in earlier[-1:]):
            return True
    clues = set(lower[:at]) | set(lower[at + 1 :])
    past = bool(clues & _PAST_CLUES) or any(word.tag == "VBD" for i, word in enumerate(words) if i != at)
    if prev in ("he", "she", "it"):
        return True  # the present would be reads
    if prev in _SUBJECTS | {"people", "children"} or words[back].tag == "NNS":
        if clues & _PRESENT_CLUES and not past:
            return False
        return True if past or after in _OBJECTS | _set("that about in") else None
    if prev in _DETERMINERS - {"all", "both"} or prev == "quick":
        return False  # a good read
    singular = words[back].tag in ("NN", "NNP")
    if singular and (after in _OBJECTS or past):
        return True
    return False if clues & _PRESENT_CLUES and not past else (True if past else None)

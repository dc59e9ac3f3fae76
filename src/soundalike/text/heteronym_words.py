"""The English heteronyms: words written alike and said differently, with their pronunciations in IPA."""

from __future__ import annotations

from dataclasses import dataclass, field


def word_set(words: str) -> frozenset[str]:
    """Words given with spaces between them, as a set."""
    return frozenset(words.split())


@dataclass(frozen=True)
class Sense:
    """One pronunciation, and the conditions for it, of which one is enough. A sense without conditions is
    taken where no other was.
    """

    ipa: str
    part: str = ""  # V or N, as `heteronyms.part_of` gives
    before: frozenset[str] = field(default_factory=frozenset)  # the word before is one of these
    after: frozenset[str] = field(default_factory=frozenset)
    near: frozenset[str] = field(default_factory=frozenset)  # any other word of the sentence is
    written: str = ""  # how the word itself is written, a pattern


def sense(
    ipa: str, part: str = "", before: str = "", after: str = "", near: str = "", written: str = ""
) -> Sense:
    """A Sense whose words are given with spaces between them."""
    return Sense(ipa, part, word_set(before), word_set(after), word_set(near), written)


# Of each word the noun (or adjective), then the verb
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

# Of each word its meanings, in the order they are tried
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
            after="music concert concerts show shows broadcast broadcasts wire wires stream performance "
            "performances audience coverage "
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
            before="very so too how quite pretty really fairly extremely as get got gets getting came come "
            "comes stay "
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
            near=(
                "fish fishing caught catch lake river pond sea striped largemouth grilled fried trout "
                "angler ate"
            ),
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
            before="is was are were be been am feel felt feels seem seemed seems quite perfectly very not "
            "i'm he's "
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

"""SSML and the brackets of plain text: manner, places, pauses, marks, and everything that is refused or
warned of.
"""

from __future__ import annotations

import pytest

from soundalike.core.errors import ConfigError, TextError
from soundalike.text import TextOptions, phonemize, read, split_sentences
from soundalike.text.segment.cuts import LONGEST_PIECE


def only(text: str, **more):
    script = read(text, **more)
    assert len(script.utterances) == 1, [u.text for u in script.utterances]
    return script.utterances[0]


def speak(inner: str, attributes: str = 'xml:lang="en"') -> str:
    return f"<speak {attributes}>{inner}</speak>"


PLAIN = [
    'Dr. Smith went home. "Really?" she asked! It was 3.5 miles.\n\nNew paragraph without a stop',
    "It costs $3.5 million, 5% of A & B - not more…",
    "WE CALL IT BEAR. Don't stop at 5½ feet; 2/3 of a cup.",
    "Twenty-one well-known e-mails: A.B. and C.",
]


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_text_is_said_as_its_sentences_are(text):
    script = read(text, "en")
    alone = [phonemize(sentence) for sentence in split_sentences(text)]
    assert [u.symbols for u in script.utterances] == [s.symbols for s in alone]
    assert [u.words for u in script.utterances] == [s.words for s in alone]
    assert all(
        not (u.rate or u.pitch or u.volume or u.pauses or u.marks or u.voice) for u in script.utterances
    )


@pytest.mark.parametrize("text", PLAIN)
def test_every_word_knows_its_place(text):
    for utterance in read(text, "en").utterances:
        assert len(utterance.spans) == len(utterance.words)
        assert all(start <= stop for start, stop in utterance.spans)
        assert utterance.spans == sorted(utterance.spans)
        for word, (start, stop) in zip(utterance.words, utterance.spans):
            if word.isalpha() and word.lower() in text.lower() and word != "a":
                assert word.lower() in text[start:stop].lower()


def test_markup_is_known_by_how_it_begins():
    for before in ("", "\ufeff", " \n", '<?xml version="1.0" encoding="UTF-16"?>\n', "<!-- note -->"):
        text = before + "<speak>Hello <mark name='m'/>there</speak>"
        utterance = only(text)
        assert utterance.words == ["Hello", "there"] and [text[a:b] for a, b in utterance.spans] == [
            "Hello",
            "there",
        ]
    assert {"speakers", "hello"} <= set(only("<speakers> hello").words)
    assert only("<b>hello", ssml=False).marks == []


def test_places_of_numbers_and_abbreviations():
    text = "I have 3 cats, Dr. Smith!"
    utterance = only(text)
    assert [text[a:b] for a, b in utterance.spans] == ["I", "have", "3", "cats", "Dr", "Smith"]


def test_places_in_markup_count_the_markup():
    text = speak("Öl und &amp; <emphasis>Kühe</emphasis>\r\n <s>ja</s>", 'xml:lang="de"')
    script = read("  \n" + text)
    placed = {word: ("  \n" + text)[a:b] for u in script.utterances for word, (a, b) in zip(u.words, u.spans)}
    assert placed["Öl"] == "Öl" and placed["Kühe"] == "Kühe" and placed["ja"] == "ja"
    assert script.language == "de"


def test_prosody_stays_on_its_words():
    utterance = only(
        speak(
            'One <prosody rate="slow" pitch="+2st" volume="-6dB">'
            'two <prosody rate="200%">three</prosody></prosody> four.'
        )
    )
    assert utterance.rate == [1.0, 0.75, 1.5, 1.0]
    assert utterance.pitch == [0.0, 2.0, 2.0, 0.0]
    assert utterance.volume == [0.0, -6.0, -6.0, 0.0]


@pytest.mark.parametrize(
    "attribute, name, value",
    [
        ('rate="80%"', "rate", 0.8),
        ('rate="+20%"', "rate", 1.2),
        ('rate="-20%"', "rate", 0.8),
        ('rate="1.5"', "rate", 1.5),
        ('rate="x-slow"', "rate", 0.5),
        ('pitch="+10%"', "pitch", 1.65),
        ('pitch="low"', "pitch", -3.0),
        ('pitch="-3st"', "pitch", -3.0),
        ('pitch="+20Hz"', "pitch", 2.04),
        ('volume="loud"', "volume", 6.0),
        ('volume="+3dB"', "volume", 3.0),
        ('volume="soft"', "volume", -6.0),
    ],
)
def test_values_of_prosody(attribute, name, value):
    utterance = only(speak(f"<prosody {attribute}>word</prosody>"))
    assert getattr(utterance, name) == [pytest.approx(value, abs=0.01)]


@pytest.mark.parametrize(
    "attribute",
    [
        'rate="quick"',
        'rate="-1"',
        'pitch="200Hz"',
        'pitch="up"',
        'volume="11"',
        'rate="900%"',
        'contour="(0%,+1st)"',
    ],
)
def test_prosody_that_is_not_understood_is_warned_of(attribute):
    script = read(speak(f"<prosody {attribute}>word</prosody>"))
    assert len(script.warnings) == 1 and script.warnings[0].startswith("line 1, column 22: ")
    assert script.utterances[0].pitch == [] and script.utterances[0].rate in ([], [4.0])


def test_emphasis_and_its_levels():
    strong = only(speak('<emphasis level="strong">No</emphasis>'))
    reduced = only(speak('<emphasis level="reduced">No</emphasis>'))
    assert strong.volume[0] > 0 > reduced.volume[0] and strong.rate[0] < 1 < reduced.rate[0]
    assert "level 'huge' is not known" in read(speak('<emphasis level="huge">No</emphasis>')).warnings[0]


def test_pauses_come_after_the_word_before_them():
    utterance = only(
        speak(
            '<break time="1s"/>One <break time="300ms"/> two<break strength="strong"/><break time="0.1s"/>.'
        )
    )
    assert utterance.pauses == {-1: 1.0, 0: 0.3, 1: 0.8}
    script = read("One two. [pause 0.5s] Three [pause 300ms] four.")
    assert [u.pauses for u in script.utterances] == [{1: 0.5}, {0: 0.3}]
    assert read(speak('<s>One.</s><break time="2s"/><s>Two.</s>')).utterances[0].pauses == {0: 2.0}


def test_pauses_that_cannot_be():
    assert "out of range" in read("One [pause 500s] two.").warnings[0]
    assert "time 'long' is not known" in read(speak('One <break time="long"/> two.')).warnings[0]
    assert "strength 'huge' is not known" in read(speak('One <break strength="huge"/> two.')).warnings[0]


def test_marks_come_before_the_word_after_them():
    script = read(speak('<mark name="a"/>One <mark name="b"/>two. <mark name="c"/>Three.<mark name="d"/>'))
    assert [u.marks for u in script.utterances] == [[("a", 0), ("b", 1)], [("c", 0), ("d", 1)]]


def test_sentences_and_paragraphs_end_where_they_are_said_to():
    script = read(speak("<p><s>One two</s><s>three</s></p>four\n\nfive"))
    assert [u.text for u in script.utterances] == ["One two", "three", "four five"]


def test_phonemes_and_inline_ipa_are_words():
    text = "The [[təmˈɑtoʊ]], I say."
    utterance = only(text)
    assert (
        utterance.words == ["The", "təmˈɑtoʊ", "I", "say"]
        and text[slice(*utterance.spans[1])] == "[[təmˈɑtoʊ]]"
    )
    assert "".join(s for s, w in zip(utterance.symbols, utterance.word_of) if w == 1) == "təmˈɑtoʊ,"
    marked = only(speak('The <phoneme alphabet="ipa" ph="təmˈɑtoʊ">tomato</phoneme>, I say.'))
    assert marked.words[1] == "tomato" and marked.symbols == utterance.symbols


def test_a_sign_that_is_not_ipa_is_named_with_its_place():
    with pytest.raises(TextError, match=r"note, line 2, column 3: 'ʘ' \(LATIN LETTER BILABIAL CLICK\)"):
        read("One\na [[ʘa]] two", where="note")
    with pytest.raises(TextError, match=r"line 1, column 3: '4' \(DIGIT FOUR\)"):
        read("A [[təˈmɑtoʊ4]] hello")
    with pytest.raises(TextError, match=r"line 1, column 22: '!'"):
        read(speak('<phoneme ph="a!">x</phoneme>'))
    assert "only ipa is known" in read(speak('<phoneme alphabet="x-sampa" ph="A">word</phoneme>')).warnings[0]
    assert "holds no sound" in read("One [[]] two").warnings[0]
    assert "not closed" in read("One [[two").warnings[0]


@pytest.mark.parametrize(
    "inner, words",
    [
        ('<say-as interpret-as="digits">120</say-as>', "one two zero"),
        ('<say-as interpret-as="cardinal">1,204</say-as>', "one thousand two hundred and four"),
        ('<say-as interpret-as="ordinal">23</say-as>', "twenty third"),
        ('<say-as interpret-as="date" format="dmy">3/5/2020</say-as>', "May third twenty twenty"),
        ('<say-as interpret-as="date">2020-05-03</say-as>', "May third twenty twenty"),
        ('<say-as interpret-as="telephone">555-01</say-as>', "five five five zero one"),
        ('<sub alias="World Wide Web">WWW</sub>', "World Wide Web"),
    ],
)
def test_say_as_and_sub(inner, words):
    script = read(speak(inner))
    assert (
        " ".join(w for u in script.utterances for w in u.words).replace("-", " ") == words
        and not script.warnings
    )
    assert {span for u in script.utterances for span in u.spans} == {(21, 21 + len(inner))}


def test_a_date_is_not_cut_at_its_point():
    words = only(speak('Am <say-as interpret-as="date">2020-05-03</say-as> war es.', 'xml:lang="de"')).words
    assert words[0] == "Am" and "Mai" in words and words[-1] == "es"


def test_letters_are_spelled_out():
    utterance = only(speak('<say-as interpret-as="characters">aB3</say-as>'))
    assert "".join(utterance.symbols) == "^ˈeɪ_bˈi_θɹˈi."
    assert (
        "".join(only(speak('<say-as interpret-as="spell-out">äh</say-as>', 'xml:lang="de"')).symbols)
        == "^ˈaː_hˈaː."
    )


@pytest.mark.parametrize(
    "inner",
    [
        '<say-as interpret-as="date">40/40/2020</say-as>',
        '<say-as interpret-as="cardinal">many</say-as>',
        '<say-as interpret-as="song">la</say-as>',
    ],
)
def test_say_as_that_does_not_fit_is_read_as_usual_with_a_warning(inner):
    script = read(speak(inner))
    assert script.utterances and script.warnings[0].startswith("line 1, column 22: ")


def test_another_language_within_a_sentence():
    utterance = only(speak('He said <lang xml:lang="de">Guten Morgen</lang>, twice.'))
    german = phonemize("Guten Morgen", language="de").symbols[1:-1]
    assert "".join(german) in "".join(utterance.symbols) and utterance.language == "en"
    assert utterance.words == ["He", "said", "Guten", "Morgen", "twice"]


def test_unknown_languages_are_refused_with_the_list():
    with pytest.raises(ConfigError, match="language 'xx' is not known. Choose one of en, de"):
        read("One", "xx")
    with pytest.raises(
        TextError, match="line 1, column 24: language 'tlh' is not known. Choose one of en, de"
    ):
        read(speak('a<lang xml:lang="tlh">nuqneH</lang>', 'xml:lang="en" '))


def test_ssml_is_not_also_another_format():
    with pytest.raises(ConfigError, match="ssml and the text_format 'plain' contradict"):
        read(speak("One"), ssml=True, options=TextOptions("plain"))
    assert read(speak("One"), ssml=True, options=TextOptions("ssml")).utterances[0].words == ["One"]


def test_voices_are_noted():
    script = read(speak('One <voice name="bob">two</voice> three.'), voices=["ann"])
    assert [u.voice for u in script.utterances] == [
        "",
        "bob",
        "",
    ] and "voice 'bob' is not known" in script.warnings[0]
    assert not read(speak('One <voice name="bob">two</voice>'), voices=["bob"]).warnings


def test_what_is_not_supported_is_spoken_and_named():
    script = read(speak("One\n <audio src='x.wav'>two</audio>"))
    assert script.utterances[0].words == ["One", "two"]
    assert script.warnings == ["line 2, column 2: <audio> is not supported; its text is spoken"]
    assert read(speak('<p onclick="x">One</p>')).warnings == [
        "line 1, column 22: the attribute onclick of <p> is not supported and is left out"
    ]


@pytest.mark.parametrize(
    "text, message",
    [
        (
            "<speak>One <b>two</speak>",
            r"line 1, column 20: mismatched tag. </b> was expected, for the <b> of line 1, column 12",
        ),
        ("<speak>\nOne", r"line 2, column 4: no element found. </speak> was expected"),
        ("<speak>A & B</speak>", r"line 1, column 11: not well-formed .* Write & as &amp;"),
        ("<speak a=1>A</speak>", r"line 1, column 10: not well-formed"),
        ("<speak>&nbsp;</speak>", r"line 1, column 8: undefined entity"),
        ("<speakers>hello</speakers>", r"<speakers> found where <speak> was expected"),
        ("<speak></speak>", "nothing that can be spoken"),
        ("<speak> <break/> ... </speak>", "nothing that can be spoken"),
        (
            '<!DOCTYPE s [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><speak>&b;</speak>',
            "<!DOCTYPE>.*never read",
        ),
        (
            '<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><speak>&x;</speak>',
            "<!DOCTYPE>.*never read",
        ),
        ('<!DOCTYPE s SYSTEM "http://example.com/s.dtd"><speak>a</speak>', "<!DOCTYPE>.*never read"),
        ("<speak>" + "<p>" * 500 + "a" + "</p>" * 500 + "</speak>", "nested deeper than 64"),
        ("<speak>" + "a" * 2_100_000 + "</speak>", "too many"),
        ("not markup", "Put the text in <speak>|syntax error"),
    ],
)
def test_markup_that_is_refused(text, message):
    with pytest.raises(TextError, match="note.ssml.*" + message):
        read(text, "en", ssml=True, where="note.ssml")


def test_long_markup_is_cut_between_words_and_keeps_its_manner():
    inner = " ".join(f'<prosody rate="fast">word</prosody> number {i}' for i in range(60))
    script = read(speak(inner))
    assert len(script.utterances) > 1 and all(len(u.text) <= LONGEST_PIECE for u in script.utterances)
    assert all(
        (rate == 1.25) == (word == "word") for u in script.utterances for word, rate in zip(u.words, u.rate)
    )

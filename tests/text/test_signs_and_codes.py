"""Signs that change a number, and figures that are no quantities: what is said for them, by language."""

from __future__ import annotations

import re

import pytest

from soundalike.text.normalise import normalise


def words(text: str) -> str:
    """A text as its words alone."""
    return " ".join(re.sub(r"[\W_]+", " ", text.lower()).split())


SIGNS = {
    "en": {
        "3.0e8 m": "three point zero times ten to the power of eight meters",
        "1.6E-19 J": "one point six times ten to the power of minus nineteen joules",
        "2e5 people": "two times ten to the power of five people",
        "7.5e+3": "seven point five times ten to the power of three",
        "1e−6": "one times ten to the power of minus six",
        "10^-9 and 2^10": "ten to the power of minus nine and two to the power of ten",
        "10⁻⁶ grams": "ten to the power of minus six grams",
        "x⁻¹": "x to the power of minus one",
        "-.25 and +.5": "minus point two five and plus point five",
        "p<.05": "p less than point zero five",
        "$.99 and -$.05": "ninety nine cents and minus five cents",
        "$-12.50": "minus twelve dollars and fifty cents",
        "8-5=3": "eight minus five equals three",
        "3 - 5 = -2": "three minus five equals minus two",
        "7+5-3": "seven plus five minus three",
        "x-3=0": "x minus three equals zero",
        "9−4": "nine minus four",
        "5-10 people": "five to ten people",
        "-10–-5°C": "minus ten to minus five degrees celsius",
        "48°51′24″": "forty eight degrees fifty one minutes twenty four seconds",
        "1\u00a0000\u00a0000 and 12\u202f500": "one million and twelve thousand five hundred",
        "1 000 000 people": "one million people",
        "25 300 people": "twenty five thousand three hundred people",
        "1'250'000": "one million two hundred and fifty thousand",
        "12,34,000 rupees": "one million two hundred and thirty four thousand rupees",
        "€1.234,50": "one thousand two hundred and thirty four euros and fifty cents",
        "9.8 m/s^2 and 20 m3": "nine point eight meters per second squared and twenty cubic meters",
        "1/2 km": "one half kilometer",
    },
    "de": {
        "6,02e23": "sechs komma null zwei mal zehn hoch dreiundzwanzig",
        "10^-3": "zehn hoch minus drei",
        "-,5": "minus komma fünf",
        "7-4=3": "sieben minus vier gleich drei",
        "1,234,567": "eine million zweihundertvierunddreißigtausendfünfhundertsiebenundsechzig",
        "1,5 Mrd. $ und 20 Mio. €": "eins komma fünf milliarden dollar und zwanzig millionen euro",
        "3,2 Mio. EUR.": "drei komma zwei millionen euro",
        "Es sind 4 Mrd. Euro.": "es sind vier milliarden euro",
        "800 Tsd. €": "achthundert tausend euro",
        "2 Bio. $": "zwei billionen dollar",
        "1 000 000": "eine million",
    },
    "fr": {
        "3,5e-5": "trois virgule cinq fois dix puissance moins cinq",
        "7-4=3": "sept moins quatre égale trois",
        "1 000 000 €": "un million d euros",
        "-,5": "moins virgule cinq",
        "10⁻³": "dix puissance moins trois",
    },
    "es": {
        "3,5e-5": "tres coma cinco por diez elevado a menos cinco",
        "7-4=3": "siete menos cuatro igual a tres",
        "2\u202f500\u202f000": "dos millones quinientos mil",
        "-.5": "menos coma cinco",
        "10^6": "diez elevado a seis",
    },
    "it": {"1,5e3": "uno virgola cinque per dieci elevato a tre", "7-4=3": "sette meno quattro uguale tre"},
    "pt": {"1,5e3": "um vírgula cinco vezes dez elevado a três", "7-4=3": "sete menos quatro igual a três"},
    "nl": {"1,5e3": "één komma vijf keer tien tot de macht drie", "7-4=3": "zeven min vier is drie"},
    "sv": {"1,5e3": "ett komma fem gånger tio upphöjt till tre", "7-4=3": "sju minus fyra lika med tre"},
    "cs": {"1,5e3": "jedna celá pět krát deset na tři", "7-4=3": "sedm minus čtyři rovná se tři"},
    "ru": {
        "6,5e3": "шесть целых пять десятых умножить на десять в степени три",
        "7-4=3": "семь минус четыре равно три",
        "2 000 000": "два миллиона",
    },
}
CODES = {
    "en": {
        "Dial 999 or 112!": "dial nine nine nine or one one two",
        "A 911 call came.": "a nine one one call came",
        "911 people came": "nine hundred and eleven people came",
        "Call 988 now": "call nine eight eight now",
        "Since 9/11 it is so.": "since nine eleven it is so",
        "Open 24/7.": "open twenty four seven",
        "1999/07/04": "july fourth nineteen ninety nine",
        "12-25-2024": "december twenty fifth twenty twenty four",
        "due on 4/15": "due on april fifteenth",
        "2024-03-05T08:30": "march fifth twenty twenty four eight thirty",
        "Boston 02134-1001": "boston zero two one three four one zero zero one",
        "ZIP 10001": "zip one zero zero zero one",
        "5500-0000-0000-0004": " ".join(["five five", *["zero"] * 13, "four"]),
        "3782 822463 10005": "three seven eight two eight two two four six three one zero zero zero five",
        "SSN 078-05-1120": "s s n zero seven eight zero five one one two zero",
        "ISBN 0-306-40615-2": "i s b n zero three zero six four zero six one five two",
        "from 8:30-10:15": "from eight thirty to ten fifteen",
        "7pm-11pm": "seven p m to eleven p m",
        "It took 59:07.": "it took fifty nine oh seven",
        "1:59.40": "one fifty nine point four zero",
        "John 3:16-18": "john three sixteen to eighteen",
        "Psalm 119:105": "psalm one hundred and nineteen one hundred and five",
        "0xFF and 0b101": "zero x f f and zero b one zero one",
        "#FF8800": "hash f f eight eight zero zero",
        "10.0.0.255:80": "ten dot zero dot zero dot two hundred and fifty five colon eighty",
        "00:1A:2B:3C:4D:5E": "zero zero one a two b three c four d five e",
        "Chapter 01, Day 07": "chapter one day seven",
        "Agent 007": "agent zero zero seven",
        "PIN 4821": "pin four eight two one",
        "a ratio of 1:50": "a ratio of one to fifty",
        "a 4-3-3 formation": "a four three three formation",
        "v1.10.2": "version one point ten point two",
    },
    "de": {
        "Notruf 112": "notruf eins eins zwei",
        "9:00-17:00 Uhr": "neun uhr bis siebzehn uhr",
        "PLZ 10115": "peh ell zett eins null eins eins fünf",
        "am 25. 12. 2024": "am fünfundzwanzigsten dezember zweitausendvierundzwanzig",
        "100.200.100.200": "einhundert punkt zweihundert punkt einhundert punkt zweihundert",
        "Kapitel 03": "kapitel drei",
        "Maßstab 1:25": "maßstab eins zu fünfundzwanzig",
    },
    "fr": {
        "25-12-2024": "vingt cinq décembre deux mille vingt quatre",
        "de 9:00-17:00": "de neuf heures à dix sept heures",
        "4111 1111 1111 1111": " ".join(["quatre", *["un"] * 15]),
        "chapitre 02": "chapitre deux",
        "120/80 mmHg": "cent vingt sur quatre vingts millimètres de mercure",
    },
    "es": {
        "llame al 112": "llame al uno uno dos",
        "25-12-2024": "veinticinco de diciembre de dos mil veinticuatro",
        "2024/12/25": "veinticinco de diciembre de dos mil veinticuatro",
        "capítulo 02": "capítulo dos",
        "612 34 56 78": "seis uno dos tres cuatro cinco seis siete ocho",
    },
}


@pytest.mark.parametrize(
    "language, written, said",
    [(code, *row) for table in (SIGNS, CODES) for code, rows in table.items() for row in rows.items()],
)
def test_a_number_is_said_as_it_is_meant(language, written, said):
    spoken = normalise(written, language)
    assert words(spoken) == said
    assert normalise(spoken, language) == spoken


CAPITALS = {
    "GMC, BYD, GRU.": "g m c b y d g r u",
    "WWE VS UFC": "w w e versus u f c",
    "KFC, BMW, UPS.": "k f c b m w u p s",
    "SSH AND FTP OVER TCP": "s s h and f t p over t c p",
    "THE NHS, THE BBC AND NASA": "the n h s the b b c and nasa",
    "URGENT: FBI RAID": "urgent f b i raid",
    "NYC, UCLA, MIT": "n y c u c l a m i t",
    "THE CEO OF IBM CALLED": "the c e o of i b m called",
    "STOP RIGHT NOW! I KNOW YOU CAN HEAR ME": "stop right now i know you can hear me",
    "WHO ARE YOU? LEAVE US ALONE!": "who are you leave us alone",
    "He cried GET THE FOX OUT OF THE BOX and left.": "he cried get the fox out of the box and left",
    "AHRS, RSSI, UART and ESC": "a h r s r s s i u a r t and e s c",
    "a KNIGHT on a horse": "a knight on a horse",
    "HMM, SHH!": "hmm shh",
    "AT&T, R&B and Q&A": "a t and t r and b and q and a",
    "CEOs and PhDs": "c e o s and p h d s",
    "DR. JONES AND MRS. BROWN": "doctor jones and missus brown",
}


@pytest.mark.parametrize("written, said", CAPITALS.items())
def test_initialisms_are_spelled_and_what_is_shouted_is_not(written, said):
    assert words(normalise(written)) == said


@pytest.mark.parametrize(
    "language, written, said",
    [
        ("de", "ZDF UND ARD, BMW. DAS IST GUT", "zett deh eff und ah err deh beh emm weh das ist gut"),
        ("fr", "LA SNCF ET LE TGV", "la s n c f et le t g v"),
        ("es", "EL PP Y EL FBI", "el pe pe y el efe be i"),
        ("ru", "МВД И ФСБ", "эм вэ дэ и эф эс бэ"),
        ("nl", "DE NS EN DE KLM", "de en es en de kaa el em"),
        ("cs", "VLK A SMRT", "vlk a smrt"),
        ("it", "CIAO A TUTTI", "ciao a tutti"),
    ],
)
def test_initialisms_of_other_languages(language, written, said):
    assert words(normalise(written, language)) == said


@pytest.mark.parametrize(
    "written, said",
    [
        ("They met on Oak Dr. in June.", "they met on oak drive in june"),
        ("We saw Dr. Smith on Elm Dr. Then we left.", "we saw doctor smith on elm drive then we left"),
        ("Add 3 tsp sugar, 1 tbsp oil", "add three teaspoons sugar one tablespoon oil"),
        ("130/85 mmHg", "one hundred and thirty over eighty five millimeters of mercury"),
        ("47 kΩ, 10 µF, 5 mV", "forty seven kiloohms ten microfarads five millivolts"),
        ("yes/no, his/her, I/O", "yes no his her i o"),
        ("/usr/bin/env", "usr slash bin slash env"),
        ("n/a or w/o", "n a or without"),
        ("tbh idk, km", "t b h i d k k m"),
    ],
)
def test_units_and_short_words(written, said):
    assert words(normalise(written)) == said

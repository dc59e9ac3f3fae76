"""Abbreviations: read by what follows them, with a capital too, and where a sentence ends behind them."""

from __future__ import annotations

import re

import pytest

from soundalike.text.normalise import normalise

SPOKEN = {
    "en": {
        "See Tab. 2, Art. 5 and Par. 3.": "see table two article five and paragraph three",
        "Ex. 3, Thm. 2, Prop. IV and App. B": "example three theorem two proposition four and appendix b",
        "Press Tab. Then stop.": "press tab then stop",
        "I like Art. It is fun.": "i like art it is fun",
        "Cpl. Hill met Adm. Stone and Supt. Lee.": "corporal hill met admiral stone and superintendent lee",
        "Sr. Mary prayed for John Smith Sr. today.": "sister mary prayed for john smith senior today",
        "From Univ. Park to Dallas, Tex. and back.": "from university park to dallas texas and back",
        "He lives on Elm Ct. near Park Sq. now.": "he lives on elm court near park square now",
        "It was resp. two oz. or one.": "it was respectively two ounces or one",
        "PST is late.": "p s t is late",
        "See art. 5 (ref. 12).": "see article five reference twelve",
        "They like modern art. 5 gave the app. 2 stars.": "they like modern art five gave the app two stars",
    },
    "de": {
        "Siehe Tab. 2, Art. 3 Abs. 1.": "siehe tabelle zwei artikel drei absatz eins",
        "Vgl. Ziff. 4, insb. Anm. 2.": "vergleiche ziffer vier insbesondere anmerkung zwei",
        "Die Fa. Meyer, Inh. Karl Meyer.": "die firma meyer inhaber karl meyer",
        "Er wohnt am Goethepl. 3.": "er wohnt am goetheplatz drei",
        "Er zahlte 1 Mio. € und mehr als 1 Mrd. Euro.": (
            "er zahlte eine million euro und mehr als eine milliarde euro"
        ),
        "Das ist Max. Er kam.": "das ist max er kam",
    },
    "fr": {
        "Voir l'art. 5 et Fig. 3.": "voir l'article cinq et figure trois",
        "J'aime l'Art. Il est beau.": "j'aime l'art il est beau",
        "Près de l'av. Foch, dépt. 12.": "près de l'avenue foch département douze",
    },
    "es": {
        "El Cap. Ruiz leyó el Cap. 3.": "el capitán ruiz leyó el capítulo tres",
        "Vive en la Pza. Mayor, izq. y dcha.": "vive en la plaza mayor izquierda y derecha",
    },
    "it": {
        "L'Avv. Bianchi e l'Ing. Verdi.": "l'avvocato bianchi e l'ingegner verdi",
        "Vedi l'all. 2, v. cap. 3.": "vedi l'allegato due vedi capitolo tre",
    },
    "nl": {"Zie fig. 3. Bijv. art. 4.": "zie figuur drie bijvoorbeeld artikel vier"},
    "pt": {"O Gen. Silva, av. Paulista, tab. 2.": "o general silva avenida paulista tabela dois"},
    "sv": {"Jfr. tab. 2 och art. 3.": "jämför tabell två och artikel tre"},
    "ru": {"См. гл. 2. Ген. Иванов пришёл.": "смотри глава два генерал иванов пришёл"},
    "cs": {"Srov. obr. 5, zejm. tab. 2.": "srovnej obrázek pět zejména tabulka dva"},
}
ENDS = {
    "We open Mon.-Fri. 9-5.": 1,
    "We open Mon.-Fri. We close on Sunday.": 2,
    "See Smith et al. 2010 for more.": 1,
    "So said Jones et al. They were right.": 2,
}


@pytest.mark.parametrize(
    ("language", "text", "spoken"),
    [(language, *case) for language, cases in SPOKEN.items() for case in cases.items()],
)
def test_abbreviations_are_read_by_what_follows_them(language: str, text: str, spoken: str) -> None:
    said = re.sub(r"[^\w']+", " ", normalise(text, language).lower()).strip()
    assert said == spoken


@pytest.mark.parametrize(("text", "sentences"), ENDS.items())
def test_sentences_end_where_they_do_behind_abbreviations(text: str, sentences: int) -> None:
    assert normalise(text).count(".") == sentences


@pytest.mark.parametrize("text", ["4 J/K", "2e3 J/K", "7.5 mol/kg", "30 L/min", "5 kg/person"])
def test_the_stroke_between_units_is_said(text: str) -> None:
    assert " per " in normalise(text)


def test_units_with_a_name_of_their_own_keep_it() -> None:
    assert normalise("100 km/h", "fr") == "cent kilomètres heure"


def test_small_roman_numbers_of_items_are_numbers() -> None:
    assert normalise("ii. Second point") == "two, Second point"
    assert normalise("Say i. e. this").lower().startswith("say i")

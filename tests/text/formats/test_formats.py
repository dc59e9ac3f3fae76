"""Texts as people paste them: Markdown, HTML, subtitles, stage directions, formulas and emoji are read as
they are meant, and what only looks like one of them is read as it is written.
"""

from __future__ import annotations

import importlib.util

import pytest

from soundalike.core.errors import ConfigError, TextError
from soundalike.core.installation import install_command
from soundalike.inference.long_text import opened_sections
from soundalike.inference.script_request import ScriptRequest, read_script
from soundalike.text import TextOptions, find_format, read


def said(text: str, language: str = "en", **options) -> str:
    """What is said: words, with | between sentences and the seconds of pauses in brackets."""
    script = read(text, language, options=TextOptions(**options))
    sentences = []
    for utterance in script.utterances:
        assert utterance.spans == sorted(utterance.spans)
        words = [utterance.pauses.get(-1), *utterance.words]
        shown = [f"({words[0]:g})"] if words[0] else []
        for index, word in enumerate(utterance.words):
            pause = utterance.pauses.get(index)
            shown.append(word.lower() + (f" ({pause:g})" if pause else ""))
        sentences.append(" ".join(shown))
    return " | ".join(sentences)


PLAIN = [
    "2 * 3 * 4 is 24, and 2*3*4 too.",
    "He is #1, and # 5 is next.",
    "a < b and c > d, if a<b and b>c.",
    "x <y> z",
    "snake_case, my_var_name and $HOME, or $HOME/bin:$PATH.",
    "It costs $5 and $10, or $5/$10.",
    "Write to me@example.com about https://example.com/a_b_c?x=1&y=2.",
    "AT&T and R&D; Q&A",
    "Dear <name>, hello <there>",
    "f(x) = y[i](x) and a[0]",
    "Use *.py and *.txt files.",
    "- Hello, he said.",
    "> 5 means more",
    "1986. A great year.",
    "Section 3.\nThe end.",
    "I <3 you",
    "Meeting at 9:00\nLunch at 10:00",
    "See [1], [sic] and [he] said.",
    "The symptoms (cough and fever) lasted. The flu (coughing, sneezing) is bad.",
    "a | b | c --- d",
    "C:\\_temp\\*file",
    "up -> down --> left",
]


@pytest.mark.parametrize("text", PLAIN)
def test_what_only_looks_like_markup_is_read_as_it_is_written(text):
    assert find_format(text) == "plain"
    assert read(text, "en").trace == read(text, "en", options=TextOptions("plain")).trace
    assert read(text, "en").warnings == []


MARKDOWN = [
    ("# News\nAll is well.", "news (0.3) | all is well"),
    ("Intro\n\n### Part two ###\n\nMore text", "intro | part two (0.3) | more text"),
    ("Title\n=====\n\nSub\n---\n\nText.", "title (0.3) | sub (0.3) | text"),
    ("## 1.2 Methods\nText", "one point two methods (0.3) | text"),
    ("#### **Bold** head\nend", "bold head (0.3) | end"),
    ("> All that glitters\n> is not gold.", "all that glitters is not gold"),
    ("> One\n>\n> > Two\n\nThree", "one | two | three"),
    ("> *He* wrote this", "he wrote this"),
    ("> [!TIP]\n> Save often.", "tip | save often"),
    ("As she wrote:\n> see you", "as she wrote | see you"),
    ("- milk\n- bread\n- tea", "milk | bread | tea"),
    ("* one\n* two\n  * inner\n* three", "one | two | inner | three"),
    ("1. **Salt**: a pinch\n2. Oil", "one salt a pinch | two oil"),
    ("3) Mix\n4) Bake\n   1. Slowly\n   2. Well", "three mix | four bake | one slowly | two well"),
    ("- [ ] call Ann\n- [x] pay", "call ann | pay"),
    ("Read [this page](https://a.example/x?y=1) now.", "read this page now"),
    ("A [text][ref] here.\n\n[ref]: https://a.example", "a text here"),
    ("[![build](https://a.example/b.svg)](https://a.example) Hello", "build hello"),
    ("![a red car](car.png)", "a red car"),
    ("See [it](b.md) and <https://example.com>.", "see it and example dot com"),
    (
        "| Fruit | Price |\n|---|---:|\n| Apple | $1 |\n| *Fig* | $2 |",
        "fruit price | apple one dollar | fig two dollars",
    ),
    ("Run `make all` now:\n\n```sh\nmake all\n```\n\nDone.", "run make all now | code block | done"),
    ("Use `<br>` and `a*b` there", "use less than b r greater than and a b there"),
    ("This is **very** _nice_, ~~bad~~ un*believ*able.", "this is very nice bad unbelievable"),
    ("**No** 5*3*2 here", "no five times three times two here"),
    ("A claim[^1] here.\n\n[^1]: The proof.", "a claim here | the proof"),
    ("One\n\n***\n\nTwo", "one (0.6) | two"),
    ("---\ntitle: Page\ntags: [a]\n---\n\nHello.", "hello"),
    ("**Tom** &amp; Ann &copy; \\*star\\*", "tom and ann copyright star"),
    ("**Name:** Ann  \n**Age:** 7  ", "name ann | age seven"),
    ("Hi **Bob**,<br>see <b>this</b>.<!-- no --> Bye.", "hi bob | see this | bye"),
    ("<details>\n<summary>More</summary>\n\n- a cat\n- a dog\n\n</details>", "more | a cat | a dog"),
]


@pytest.mark.parametrize("text, words", MARKDOWN)
def test_markdown(text, words):
    assert find_format(text) == "markdown"
    assert said(text) == words


HTML = [
    ("<h2>News</h2><p>All is\nwell.</p>", "news (0.3) | all is well"),
    ("<p>Hello <em>big</em> world.<p>Bye", "hello big world | bye"),
    ("Go <b>there <i>now", "go there now"),
    ("One line.<br/>Another &lt;b&gt; line", "one line | another less than b greater than line"),
    ("Caf&eacute; &#39;noir&#39; &amp; tea&nbsp;here", "cafe noir and tea here"),
    ("<ul><li>One<li>Two</ul>", "one | two"),
    ('<ol start="4"><li>Four</li><li><p>Five</p></li></ol>', "four four | five five"),
    ("<table><tr><th>A name<td>Age<tr><td>Ann<td>7</table>", "a name age | ann seven"),
    ('<p>See <a href="https://a.example">the page</a>.</p>', "see the page"),
    ('<p>Here <img src="x.png" alt="a dog"> runs</p>', "here a dog runs"),
    ("<p>Code: <code>x</code></p><pre>a = 1\nb</pre>", "code x | code block"),
    ("<style>p{}</style><p>Hi<script>if (a<b) x()</script> there</p>", "hi there"),
    ("<!DOCTYPE html><html><head><title>T</title></head><body>Hi</body></html>", "hi"),
    ('<div style="display: none">secret</div><div>Hi Bob</div>', "hi bob"),
    ("<p>It has 5 m<sup>2</sup>, see<sup><a href='#n'>3</a></sup>.</p>", "it has five square meters see"),
    ("<blockquote>Quoted</blockquote>After<hr>End", "quoted | after (0.6) | end"),
    ("Tom &amp Ann</p> <B>Go</B>", "tom and ann | go"),
    ("Before <!-- a note --> after", "before after"),
    ("<p>If a<b and b>c</p>", "if a less than b and b greater than c"),
    ("Line <u>one</u>\n\nLine two", "line one | line two"),
]


@pytest.mark.parametrize("text, words", HTML)
def test_html(text, words):
    assert find_format(text) == "html"
    assert said(text) == words


def test_unknown_tags_are_named_once():
    script = read("<answer>Yes.</answer> <answer>No.</answer>", "en")
    assert [u.words for u in script.utterances] == [["Yes"], ["No"]]
    assert script.warnings == ["these tags are not known and are left out: <answer>, </answer>"]


SUBTITLES = [
    (
        "1\n00:00:01,000 --> 00:00:02,000\nHello\nthere.\n\n2\n00:00:02,100 --> 00:00:03,000\n<i>Bye.</i>",
        "hello there | bye",
    ),
    (
        "1\r\n00:00:01,000 --> 00:00:02,000\r\nHe has\r\n\r\n2\r\n00:00:02,000 --> 00:00:03,000\r\n3 cats.",
        "he has three cats",
    ),
    (
        "WEBVTT\n\nNOTE no\n\nintro\n00:01.000 --> 00:02.000 align:start\n<v Ann>Good <c.x>day</c> &amp; hi",
        "good day and hi",
    ),
    ("1\n00:00:01,000 --> 00:00:02,000\n- Who?\n- Me", "who | me"),
    ("1\n00:00:01,000 --> 00:00:02,000\nWait\n\n2\n00:00:09,000 --> 00:00:10,000\nGo", "wait | go"),
    ("1\n00:00:02,600 --> 00:00:04,000 X1:40 X2:600 Y1:20 Y2:50\nAnn: hello", "ann hello"),
    ("1 00:00:01,000 --> 00:00:02,000 Hi all 2 00:00:02,000 --> 00:00:03,000 and bye", "hi all and bye"),
]


@pytest.mark.parametrize("text, words", SUBTITLES)
def test_subtitles(text, words):
    assert find_format(text) == "subtitles"
    assert said(text) == words


def test_sounds_in_subtitles_are_named():
    script = read("1\n00:00:01,000 --> 00:00:02,000\n[door slams]\n(wind)\nHello", "en")
    assert [u.words for u in script.utterances] == [["Hello"]]
    assert len(script.warnings) == 1 and "[door slams], (wind)" in script.warnings[0]


DIRECTIONS = [
    ("[laugh] Hello there.", "hello there", "[laugh]"),
    ("That is great (laughs). Yes.", "that is great | yes", "(laughs)"),
    ("Well *sighs* fine.", "well fine", "*sighs*"),
    ("<laugh> no way", "no way", "<laugh>"),
    ("[nervous laughter] Ok. [whispers] Come.", "ok | come", "[nervous laughter], [whispers]"),
    ("(clears throat) Good evening.", "good evening", "(clears throat)"),
    ("[takes a deep breath] Now.", "now", "[takes a deep breath]"),
    ("*cough* sorry.", "sorry", "*cough*"),
    ("[S1] Hello. [applause]", "hello", "[S1], [applause]"),
    ("Stop. [SHOUTING] Go!", "stop | go", "[SHOUTING]"),
]


@pytest.mark.parametrize("text, words, named", DIRECTIONS)
def test_stage_directions_are_left_out_and_named(text, words, named):
    script = read(text, "en")
    assert said(text) == words
    assert len(script.warnings) == 1
    assert f"left out: {named}." in script.warnings[0]


@pytest.mark.parametrize(
    "language, text, words",
    [
        ("de", "[lacht] Ja (seufzt) gut.", "ja gut"),
        ("fr", "[rires] Oui.", "oui"),
        ("es", "(suspira) Bueno.", "bueno"),
        ("it", "[risate] Bene.", "bene"),
        ("ru", "[смех] Да.", "да"),
    ],
)
def test_stage_directions_of_other_languages(language, text, words):
    pytest.importorskip(f"gruut_lang_{language}")
    assert said(text, language) == words


@pytest.mark.parametrize(
    "text, words",
    [
        ("He *laughs* at me.", "he laughs at me"),
        ("The *waves* crash.", "the waves crash"),
        ("I was *crying* then.", "i was crying then"),
        ("Ann *smiles* now.", "ann smiles now"),
        ("People (the ride) wait.", "people the ride wait"),
        ("Press (pause) or [clear] now.", "press pause or clear now"),
        ("I was [happy] to see [the crowd].", "i was happy to see the crowd"),
        ("He *clears* it (taking time).", "he clears it taking time"),
    ],
)
def test_words_of_the_sentence_are_no_stage_directions(text, words):
    assert said(text) == words
    assert read(text, "en").warnings == []


@pytest.mark.parametrize(
    "text, words",
    [
        ("Yes. [pause] No.", "yes (0.7) | no"),
        ("Yes. (long pause) No.", "yes (1.2) | no"),
        ("Yes [pause 500ms] no.", "yes (0.5) no"),
        ("Yes [long pause] no [short pause] yes.", "yes (1.2) no (0.4) yes"),
        ("Yes [pause: 2 seconds] no [PAUSE 1] yes.", "yes (2) no (1) yes"),
        ('Wait <break time="1.5s"/> and go.', "wait (1.5) and go"),
        (
            "Wait <break time='300ms'></break> and <break strength=\"x-strong\"/> go.",
            "wait (0.3) and (1.2) go",
        ),
        ('<p>Wait</p><break time="1s"/><p>Go</p>', "wait (1) | go"),
        ('# Wait\n\n<break time="1s"/>\n\n- [pause 2s] go\n- on', "wait (3.3) | go | on"),
    ],
)
def test_pauses_outside_ssml(text, words):
    assert said(text) == words
    assert read(text, "en").warnings == []


@pytest.mark.parametrize(
    "text, words",
    [
        ("As noted by NASA [[2]](https://nasa.gov), it **works**.", "as noted by nasa it works"),
        ("See [[Project Alpha]] now.", "see project alpha now"),
        ("See [[Home|the start page]] now.", "see the start page now"),
        ("The sky is blue.[[3]] Then it is green.", "the sky is blue | then it is green"),
        ("if [[ -f file ]]; then", "if f file then"),
        ("Read [[The Manual]](https://example.com/a) first.", "read the manual first"),
        ("I say [[həˈloʊ]] now.", "i say həˈloʊ now"),
    ],
)
def test_double_brackets_that_are_no_pronunciation(text, words):
    assert said(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "He was born in Bonn.[1][2] He died there.[3]",
        "He was *born* in Bonn.[1][2] He died there.[3]",
        "<p>He was born in Bonn.<sup>[1]</sup> He died there.[2]</p>",
        "He was born in Bonn[a].[1] He died there.[citation needed]",
        "He was born[12] in Bonn.[note 1] He died there[2].",
    ],
)
def test_numbers_of_notes_are_not_said(text):
    assert said(text) == "he was born in bonn | he died there"


@pytest.mark.parametrize("rule", ["|:--|--:|", "|-|-|", "|---|---|"])
def test_tables_with_rules_of_any_length(rule):
    assert [u.words for u in read(f"| a | b |\n{rule}\n| c | d |", "en").utterances] == [
        ["a", "b"],
        ["c", "d"],
    ]
    assert find_format(f"| a | b |\n{rule}\n| c | d |") == "markdown"


@pytest.mark.parametrize(
    "text, words",
    [
        ("See [1] and a[1] here.", "see one and a one here"),
        ("Take items[2] from it.", "take items two from it"),
    ],
)
def test_numbers_in_brackets_that_are_no_notes_are_said(text, words):
    assert said(text) == words


@pytest.mark.parametrize(
    "text, words",
    [
        ("So $x$ is it.", "so x is it"),
        ("Solve $x^2 + 1 = 0$ now.", "solve x squared plus one equals zero now"),
        (
            r"Then $$\frac{a}{b} \leq \sqrt{c}$$ holds.",
            "then a over b less than or equal to the square root of c holds",
        ),
        (r"It is \(n \times m\) big.", "it is n times m big"),
        (r"Half is $\frac{1}{2}$.", "half is one half"),
        (
            r"So $x = \frac{-b \pm \sqrt{b^2-4ac}}{2a}$.",
            "so x equals minus b plus or minus the square root of b squared minus four a c over two a",
        ),
        (r"Take $\alpha - \beta$ and $e^{-t}$.", "take alpha minus beta and e to the power of minus t"),
        ("The roots are $-1$, $+2$ and $0.5$.", "the roots are minus one plus two and zero point five"),
        ("It is $5 or $10 more.", "it is five dollars or ten dollars more"),
    ],
)
def test_formulas(text, words):
    assert said(text) == words


def test_emoji_are_left_out_or_named():
    assert said("Great \U0001f600 work") == "great work"
    assert said("Great \U0001f600 work", emoji="name") == "great grinning face work"
    named = (
        said("Sehr \U0001f600 gut", "de", emoji="name") if importlib.util.find_spec("gruut_lang_de") else ""
    )
    if named and importlib.util.find_spec("emoji"):
        assert named == "sehr grinsendes gesicht gut"
    elif named:
        assert (
            install_command("emoji")
            in read("Sehr \U0001f600 gut", "de", options=TextOptions(emoji="name")).warnings[0]
        )


def test_the_format_can_be_chosen():
    text = "**2** is <b>two</b>"
    assert said(text, text_format="html") == "two is two"
    assert "less than b" in said(text, text_format="plain")
    assert said("a <foo> b", text_format="html") == "a b"
    assert said("# 5", text_format="markdown") == "five (0.3)"
    assert said("<speak>a <mark name='m'/> b</speak>", text_format="ssml") == "a b"
    assert "laugh" in said("[laugh] Hi", text_format="plain")
    with pytest.raises(ConfigError, match="text_format = 'word'.*markdown"):
        read("Hello", "en", options=TextOptions("word"))  # type: ignore[arg-type]
    with pytest.raises(TextError, match="nothing that can be spoken"):
        read("[laugh]", "en")


def test_blocks_of_code_by_option():
    text = "First:\n\n```py\nprint this\n```\n\nDone."
    assert said(text, code_blocks="skip") == "first | done"
    assert said(text, code_blocks="read") == "first | print this | done"
    assert said("<p>A</p><pre>b &amp; c</pre>", code_blocks="read") == "a | b and c"


@pytest.mark.parametrize(
    "text",
    [
        "# A *big* head\r\n\r\n- **one** two\r\n- [three](x.md) &amp; four\r\n",
        "<p>A <b>big</b> head</p>\n<ul><li>one &amp; two</ul>",
        "1\r\n00:00:01,000 --> 00:00:02,000\r\n<i>Hello</i> big head",
        '> quoted **big** text with `code` and [link](a.b "text") text',
    ],
)
def test_words_keep_their_places(text):
    for utterance in read(text, "en").utterances:
        for word, written, (start, stop) in zip(
            utterance.words, utterance.written, utterance.spans, strict=True
        ):
            if text[start] == "&":
                assert word == "and" and written == "&"
            else:
                assert text[start:stop] == word == written


def test_captions_show_words_without_markup():
    utterance = read("un**believ**able and AT&amp;T **ok**", "en").utterances[0]
    assert utterance.written[0] == "unbelievable"
    assert utterance.written[2:] == ["AT&T", "", "", "", "ok"]
    assert read("**23** cats", "en").utterances[0].written == ["23", "", "cats"]


def test_long_markdown_is_spoken_in_sections():
    text = (
        "# Head\n\n"
        + "A [link][r] and some more words to make it long.\n\n" * 60
        + "[r]: https://a.example\n"
    )
    request = ScriptRequest(text, "en")
    parts = [part for _, part in opened_sections(request)]
    assert len(parts) > 2
    scripts = [read_script(request, part=part) for part in parts]
    assert len(scripts[0].utterances) < 6
    whole = [u.words for u in read(text, "en").utterances]
    assert [u.words for script in scripts for u in script.utterances] == whole


@pytest.mark.parametrize("part", ["[", "*a _", "<!--", "<a b=", "> ", "$$", "`", "\\(", "![", "<b ", "- \n"])
def test_marks_in_heaps_take_no_time(part):
    find_format(part * 4000 + "end")
    read(part * 400 + " end", "en")


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ('Hold on<break time="500ms"/>now go.', "hold on (0.5) now go"),
        ("<p>One<p>Two", "one | two"),
        ("Tom &lt;tom@x.org&gt; <b>wrote</b>", "tom tom at x dot org wrote"),
    ],
)
def test_tags_and_entities_leave_words_apart(text: str, spoken: str) -> None:
    assert said(text) == spoken

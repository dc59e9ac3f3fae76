"""The command line itself: helps, groups, former names, exit codes, the order of words, what is imported."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import re
import signal
import subprocess
import sys
import warnings
from typing import Annotated

import pytest
import typer

import soundalike.__main__ as program
import soundalike.cli
from soundalike.cli import facts, former
from soundalike.cli.command import Command, Group, expanded, options_first, parameters_of
from soundalike.cli.main import COMMANDS, app, main
from soundalike.core.progress import progress_bar

GROUPS = {"voices": 8, "codec": 3, "data": 11, "models": 6, "models import": 3, "languages": 3}


def walk(path: tuple[str, ...] = (), command=None):
    """Every command with its path, groups too."""
    command = command or typer.main.get_command(app)
    if path:
        yield " ".join(path), command
    if isinstance(command, Group):
        for name in command.list_commands(None):
            yield from walk((*path, name), command.get_command(None, name))


EVERY = dict(walk())


def plain(text: str) -> str:
    """A help as one line, without its frames."""
    return " ".join(re.sub(r"[│╭╮╰╯─]", " ", text).split())


def test_verbs_are_grouped_and_few_stand_at_the_top():
    assert list(COMMANDS) == [
        *("say", "clone", "convert", "batch", "serve", "explain"),
        *("voices", "check", "enroll", "adapt"),
        *("verify", "evaluate", "listening-test"),
        *("codec", "data", "train", "models", "languages"),
    ]
    sizes = {path: len(one.list_commands(None)) for path, one in EVERY.items() if isinstance(one, Group)}
    assert sizes == GROUPS
    assert {"data prepare", "data gta", "data distill", "models average", "voices blend"} <= EVERY.keys()


def test_the_list_of_verbs_says_what_their_helps_say():
    for name, entry in COMMANDS.items():
        first = EVERY[name].help.split("\n\n")[0].replace("\n", " ")
        assert first.rstrip(".").startswith(entry.help.split(":")[0].rstrip(".")), name


@pytest.mark.parametrize("path", EVERY)
def test_every_help_ends_with_examples_of_the_command(path, capsys):
    assert main([*path.split(), "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"soundalike {path}" in shown.partition("Examples")[2]
    assert "--quiet" in shown and "--verbose" in shown


@pytest.mark.parametrize("path", [path for path, one in EVERY.items() if isinstance(one, Command)])
def test_every_option_is_explained_and_every_default_shown(path, capsys):
    for parameter in EVERY[path].params:
        assert parameter.help, (path, parameter.name)
    main([*path.split(), "--help"])
    shown = plain(capsys.readouterr().out)
    counted = [
        parameter
        for parameter in EVERY[path].params
        if parameter.param_type_name == "option" and parameter.default not in (None, False, ())
    ]
    assert shown.count("[default: ") >= len(counted), path


def test_the_root_help_shows_the_groups_in_panels(capsys):
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    for title in ("Speak", "Voices", "Check and measure", "Make models", "Examples"):
        assert f"─ {title} ─" in shown
    assert all(f" {name} " in shown for name in COMMANDS) and "--install-completion" in shown


def test_ranges_and_defaults_are_those_that_are_checked(capsys, monkeypatch):
    from soundalike.core import speaking
    from soundalike.core.options import options_of
    from soundalike.models.tts.starling.spec import StarlingOptions
    from soundalike.serve.settings import Settings

    main(["clone", "--help"])
    shown = plain(capsys.readouterr().out)
    assert "0.5 to 2 times" in shown and "-12 to 12 semitones" in shown and "[default: (1)]" in shown
    assert "[default: (1, starling 0.5, fastspeech2 0.5, deepvoice3 0.5)]" in shown, "architectures differ"
    found = {one.option.name: one for one in facts.architecture_options()}
    assert found["speed"].option == options_of(StarlingOptions)["speed"], "what checks it is what is shown"
    monkeypatch.setattr(speaking, "LOUDEST", -11.0)
    main(["batch", "--help"])
    shown = plain(capsys.readouterr().out)
    assert f"{speaking.SOFTEST:g} to -11 LUFS" in shown and "[default: (-23)]" in shown
    main(["serve", "--help"])
    assert f"[default: ({Settings.port})]" in plain(capsys.readouterr().out)
    main(["enroll", "--help"])
    assert "1 to 3650 days" in plain(capsys.readouterr().out)


def test_former_names_tell_the_new_ones(capsys):
    for name, now in former.COMMANDS.items():
        assert main([name, "x"]) == 2 and now in EVERY
        error = capsys.readouterr().err
        assert error == f"soundalike: `soundalike {name}` of former versions is now `soundalike {now}`.\n"
    for (command, name), now in former.OPTIONS.items():
        command = command or "clone"
        known = [option for one in EVERY[command].params for option in (*one.opts, *one.secondary_opts)]
        assert now in known and name not in known
        assert main([*command.split(), "x", name]) == 2
        error = capsys.readouterr().err
        assert f"{name} of former versions is now {now}." in error and error.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["clon"], "has no command 'clon'. Did you mean clone?"),
        (["xyz"], "Choose one of say, clone, convert, batch"),
        (["data", "prepar"], "`soundalike data` has no command 'prepar'. Did you mean prepare?"),
        (["clone", "a", "b", "--sped", "2"], "has no option --sped. Did you mean --speed?"),
        (["clone", "a", "b", "-x"], "`soundalike clone` has no option -x. A text that begins with - goes"),
        (["--colour"], "--colour"),
        (["clone"], "missing argument"),
        (["models", "import", "ge2e", "a.pt"], "--out"),
        (["clone", "a", "b", "--speed", "fast"], "--speed fast: "),
        (["clone", "a", "b", "--quality", "slow"], "--quality slow: "),
        (["clone", "a", "b", "-o"], "-o needs a value."),
        (["explain", "one", "two"], "two"),
        (["evaluate", "jobs", "--out", "x", "--players", "-1"], "--players -1: give 0 or more."),
        (["data", "prepare", "a", "b", "--longest", "0"], "--longest 0: give more than 0."),
    ],
)
def test_wrong_words_end_in_one_line_that_names_what_is_right(words, message, capsys):
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.startswith("soundalike: ") and message in error and error.count("\n") == 1
    assert re.search(r"See `soundalike[a-z0-9 -]* --help`|give|former", error)


def test_without_a_verb_the_help_is_shown(capsys):
    for words in ([], ["data"], ["models", "import"]):
        assert main(words) == 2
        shown = capsys.readouterr()
        assert "Usage: soundalike" in shown.out and not shown.err


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"soundalike {soundalike.__version__}\n"


def options(
    output: str = typer.Option("out.wav", "--output", "-o"),
    json: bool = typer.Option(False, "--json", "-j"),
    text: str = typer.Argument(""),
) -> None:
    """Options to try the order of words with."""


@pytest.mark.parametrize(
    ("words", "ordered"),
    [
        (["a", "-o", "b", "c"], ["-o", "b", "--", "a", "c"]),
        (["a", "--output=b c", "d"], ["--output=b c", "--", "a", "d"]),
        (["-o", "-", "-"], ["-o", "-", "--", "-"]),
        (["-ob", "-j", "x"], ["-ob", "-j", "--", "x"]),
        (["-jo", "b", "x"], ["-jo", "b", "--", "x"]),
        (["- So he said.", "-j"], ["-j", "--", "- So he said."]),
        (["--json is a format."], ["--", "--json is a format."]),
        (["-5", "-.5", "-j"], ["-j", "--", "-5", "-.5"]),
        (["-Yes.", "-j", "-¿Qué?", "-5°C"], ["-j", "--", "-Yes.", "-¿Qué?", "-5°C"]),
        (["-only this once", "-j"], ["-j", "--", "-only this once"]),
        (["-j", "-on\ntwo lines"], ["-j", "--", "-on\ntwo lines"]),
        (["--", "-j"], ["--", "-j"]),
        (["-o=b", "-o/a/b.wav", "x"], ["-o=b", "-o/a/b.wav", "--", "x"]),
        (["-1,000", "-$5", "-$5 each", "---"], ["--", "-1,000", "-$5", "-$5 each", "---"]),
        (["-j", "--", "-o", "--x"], ["-j", "--", "-o", "--x"]),
        ([], []),
    ],
)
def test_options_and_texts_come_in_any_order(words, ordered):
    assert options_first("soundalike verb", words, parameters_of(options)) == ordered


def values(command, path: str, words: list[str]) -> dict:
    """What a command understands of some words."""
    with command.make_context(f"soundalike {path}", list(words)) as context:
        return context.params


def given(command, path: str, option, texts: list[str]) -> list[str]:
    """An option, with a value that it may have, as words."""
    if option.is_flag:
        return [option.opts[0]]
    for value in ("-a value", "1", "fast", "auto", "announce", "drop"):
        try:
            values(command, path, [*texts, option.opts[0], value, *required(command)])
        except (typer.BadParameter, soundalike.SoundalikeError):
            continue
        return [option.opts[0], value]
    raise AssertionError(f"{path} {option.opts[0]}: try another value")


def required(command) -> list[str]:
    """The options that a command cannot do without, as words."""
    return [
        word
        for one in command.params
        if one.param_type_name == "option" and one.required
        for word in (one.opts[0], "a")
    ]


@pytest.mark.parametrize("path", [path for path, one in EVERY.items() if isinstance(one, Command)])
def test_every_verb_takes_options_and_texts_in_any_order(path):
    command = EVERY[path]
    arguments = [one.name for one in command.params if one.param_type_name == "argument"]
    texts = [f"- text {number}." for number, _ in enumerate(arguments)]
    options = [given(command, path, one, texts) for one in command.params if one.param_type_name == "option"]
    flat = [word for option in options for word in option]
    between: list[str] = []
    for number, option in enumerate(options):
        between += option + texts[number : number + 1]
    between += texts[len(options) :]
    orders = ([*texts, *flat], [*flat, *texts], between, [*flat, "--", *texts])
    seen = [values(command, path, words) for words in orders]
    assert seen[0] == seen[1] == seen[2] == seen[3]
    found = [seen[0][name] for name in arguments]
    assert [text for one in found for text in ([one] if isinstance(one, str) else one)] == texts


def test_a_text_may_stand_anywhere_and_begin_with_a_dash(capsys):
    shown = []
    for words in (["--language", "en", "-5 degrees."], ["-5 degrees.", "--language", "en"]):
        assert main(["explain", *words]) == 0
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1] and "minus" in shown[0]
    assert main(["explain", "-", "extra words"]) == 2


def test_the_form_of_a_text_is_an_option(capsys):
    said = {}
    for options in ((), ("--text-format", "plain"), ("--code-blocks", "skip"), ("--emoji", "name")):
        assert main(["explain", "# Hi \U0001f600\n\n```\nx\n```", "--language", "en", *options]) == 0
        said[options] = capsys.readouterr().out
    assert "block" in said[()] and "face" not in said[()]
    assert "block" not in said[("--text-format", "plain")]
    assert "block" not in said[("--code-blocks", "skip")]
    assert "face" in said[("--emoji", "name")]
    assert main(["explain", "Hi", "--text-format", "word"]) == 2
    assert "'auto', 'plain', 'markdown', 'html'" in capsys.readouterr().err
    assert main(["explain", "<speak>Hi</speak>", "--ssml", "--text-format", "plain"]) == 2
    assert "--ssml and --text-format plain: give one of them" in capsys.readouterr().err
    assert main(["explain", "<speak>Hi</speak>", "--ssml", "--text-format", "ssml"]) == 0


def test_the_voices_that_a_text_may_call_are_known(capsys):
    text = "<speak>One <voice name='{}'>two</voice></speak>"
    assert main(["explain", text.format("rook")]) == 0
    assert "voice" not in capsys.readouterr().out
    assert main(["explain", text.format("nobody")]) == 0
    assert "warning: voice 'nobody' is not known, and the voice stays" in capsys.readouterr().out


def test_interruption_and_refusals_have_their_exit_codes(capsys, monkeypatch):
    explain = importlib.import_module("soundalike.text.explain")

    def raises(error):
        def table(script):
            raise error

        monkeypatch.setattr(explain, "table", table)

    for error, code, message in (
        (KeyboardInterrupt(), 130, "soundalike: interrupted\n"),
        (soundalike.SoundalikeError("no. Do yes."), 2, "soundalike: no. Do yes.\n"),
        (
            OSError(28, "No space left", "out.wav"),
            2,
            "soundalike: out.wav: No space left. Make room, or choose another",
        ),
    ):
        raises(error)
        assert main(["explain", "One."]) == code
        error = capsys.readouterr().err
        assert error.startswith(message) and error.count("\n") == 1
    raises(RuntimeError("a fault of ours"))
    with pytest.raises(RuntimeError):
        main(["explain", "One."])


def test_quiet_and_verbose_change_what_is_said_beside_the_result(capsys, monkeypatch):
    explain = importlib.import_module("soundalike.text.explain")

    def table(script):
        warnings.warn("poor", stacklevel=1)
        list(progress_bar([1, 2], desc="bar", disable=False))
        return "result"

    monkeypatch.setattr(explain, "table", table)
    for words, said, unsaid in (
        (["explain", "One."], ["warning: poor\n", "bar"], []),
        (["explain", "One.", "-q"], [], ["poor", "bar"]),
        (["--quiet", "explain", "One."], [], ["poor", "bar"]),
        (["explain", "-v", "One."], ["warning: poor (", "test_main.py:", "bar"], []),
    ):
        assert main(words) == 0
        shown = capsys.readouterr()
        assert shown.out.startswith("result\n")
        assert all(one in shown.err for one in said) and not any(one in shown.err for one in unsaid), words
        list(progress_bar([1, 2], desc="after"))
        assert "after" in capsys.readouterr().err, "nothing stays changed"
    monkeypatch.undo()
    assert main(["explain", "One.", "--language", "xx", "-v"]) == 2
    assert "Traceback" in capsys.readouterr().err


def loaded_by(code: str) -> set[str]:
    """Names of the modules that a piece of code loads in a fresh interpreter."""
    shown = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(shown.stdout.split("\n")[-2].split())


def test_nothing_heavy_is_imported_before_a_verb_is_called():
    heavy = {"torch", "numpy", "pycrfsuite", "fastapi", "soundalike.inference", "soundalike.text"}
    modules = [one.name for one in pkgutil.iter_modules(soundalike.cli.__path__)]
    verbs = "\n".join(f"import soundalike.cli.{name}" for name in modules)
    assert not loaded_by(verbs) & heavy
    code = "import soundalike.cli.main as m; m.main(['--help'])"
    loaded = loaded_by(code)
    assert not loaded & heavy
    assert not {f"soundalike.cli.{entry.module}" for entry in COMMANDS.values()} & loaded, "verbs are lazy"


def test_no_help_waits_for_what_the_work_needs():
    heavy = {"torch", "num2words", "pycrfsuite", "fastapi", "tqdm", "soundfile", "soundalike.text.normalise"}
    words = [[*path.split(), "--help"] for path in EVERY]
    code = f"import soundalike.cli.main as m\nfor words in {words}: assert m.main(words) == 0"
    assert not loaded_by(code) & heavy
    code = "import soundalike.cli.main as m; m.main(['clone', '--help'])"
    assert "numpy" not in loaded_by(code)


def test_a_shell_completes_verbs_and_options():
    def completions(words: str) -> list[str]:
        environment = {
            **os.environ,
            "_SOUNDALIKE_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(words.count(" ")),
        }
        made = subprocess.run(
            [sys.executable, "-m", "soundalike"], env=environment, capture_output=True, text=True, check=False
        )
        return made.stdout.split()

    assert completions("soundalike cl") == ["clone"]
    assert completions("soundalike data al") == ["align"]
    assert "--tiny" in completions("soundalike train --t")
    assert completions("soundalike check a.wav --family st") == ["starling"]


def test_what_may_be_left_out_keeps_its_place_and_its_help():
    """Python 3.10 hides the annotation of a parameter whose default is None from typing.get_type_hints."""

    def verb(text: Annotated[str | None, typer.Argument(help="what to say")] = None) -> None: ...

    (argument,) = parameters_of(expanded(verb))
    assert argument.param_type_name == "argument"
    assert argument.help == "what to say" and not argument.required


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_letters_that_the_output_has_not_are_written_as_numbers(encoding):
    shown = subprocess.run(
        [sys.executable, "-m", "soundalike", "explain", "Yes.", "--json"],
        env=os.environ | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        check=True,
    )
    told = json.loads(shown.stdout.decode(encoding))
    assert "ˈ" in json.dumps(told, ensure_ascii=False)


def test_an_interrupt_that_python_wraps_ends_in_one_line(monkeypatch, capsys):
    def loading(words=None):
        program._INTERRUPTED.append(True)
        raise RuntimeError("Error calling __set_name__ on 'Field' instance") from KeyboardInterrupt()

    monkeypatch.setattr("soundalike.cli.main.main", loading)
    monkeypatch.setattr(program, "_INTERRUPTED", [])
    usual = signal.getsignal(signal.SIGINT)
    try:
        assert program.main() == 130
    finally:
        signal.signal(signal.SIGINT, usual)
    assert capsys.readouterr().err == "soundalike: interrupted\n"

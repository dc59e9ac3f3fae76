"""The example of docs/conversion.md runs as it stands."""

from __future__ import annotations

import re

from conftest import REFERENCE, ROOT

from soundalike import Audio

PAGE = (ROOT / "docs" / "conversion.md").read_text(encoding="utf-8")


def test_the_example_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    audio = Audio.read(REFERENCE)
    Audio(audio.samples[: 3 * audio.rate], audio.rate).write("me.wav")
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    exec(compile(code, "conversion.md", "exec"), {})
    assert Audio.read("converted.wav").seconds == 3.0 and capsys.readouterr().out == "3.0\n"

"""The examples of docs/python.md run as they stand."""

from __future__ import annotations

import re

from conftest import REFERENCE, ROOT

from soundalike import Audio

EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text(encoding="utf-8"), re.S)


def test_the_examples_run_and_no_file_is_written_over(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Audio.read(REFERENCE).write("me.wav")
    assert len(EXAMPLES) == 2
    for code in EXAMPLES:
        exec(compile(code, "python.md", "exec"), {})
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"first.wav", "0.wav", "1.wav"}

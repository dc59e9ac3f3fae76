"""Modules that wait to be loaded."""

from __future__ import annotations

import subprocess
import sys

from soundalike.core.late_import import import_late

FIRST_USE = """
import sys
from soundalike.core.late_import import import_late

import_late("wave")
import wave
import_late("wave")  # a second time changes nothing
import wave as again
assert again is wave and not hasattr(wave, "__file__")
opened = wave.open
import wave as real
assert real.open is opened is wave.open and real.__file__
"""
READ = """
import sys
from soundalike.text import read

assert read("It was 3 May 2021, half past nine.", None).utterances
assert "dateparser.timezone_parser" not in sys.modules
"""


def test_a_module_is_loaded_at_its_first_use():
    subprocess.run([sys.executable, "-c", FIRST_USE], check=True)


def test_reading_a_text_loads_no_parser_of_dates():
    subprocess.run([sys.executable, "-c", READ], check=True)


def test_what_is_not_installed_stays_so():
    import_late("no_such_module")
    assert "no_such_module" not in sys.modules

"""What adapting to one person's recordings leaves in its work folder, for those who read it there."""

from __future__ import annotations

ADAPTED = "adapted"  # the voice with what was trained: adapted.voice
BEFORE = "before"  # that which the recordings give without training: before.voice
RESULT = "result.json"  # which is kept and why, and the measures of both
SCORECARD = "scorecard/report.html"  # how they compare, sentence by sentence
RUNS = "run-*/log.csv"  # logs of the training runs

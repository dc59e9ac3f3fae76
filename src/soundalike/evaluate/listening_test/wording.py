"""What listeners are told and asked: the five words of ITU-T P.800 and P.808, and of BS.1534 for sliders."""

from __future__ import annotations

from dataclasses import dataclass

WORDS = ("Bad", "Poor", "Fair", "Good", "Excellent")


@dataclass(frozen=True)
class Wording:
    """One kind of test in words."""

    title: str
    task: tuple[str, ...]  # what to do, a sentence each
    question: str
    form: str  # "scale": one value for the clip; "choice": one of two clips; "sliders": 0 to 100 for each
    points: tuple[tuple[float, str, str], ...]  # value, word, what it stands for; the best first
    unit: str  # of the mean in the results


SCALE = tuple((float(value), word, "") for value, word in reversed(tuple(enumerate(WORDS, 1))))
LIKENESS = ("another person", "little alike", "somewhat alike", "very much alike", "the same person")
QUIET = "Sit somewhere quiet and wear headphones. Set a comfortable volume now and leave it."

WORDINGS = {
    "mos": Wording(
        "How good does this speech sound?",
        (
            QUIET,
            "You will hear short clips, one at a time. Some were made by a computer.",
            "Judge how natural and how clear the speech is, "
            "not what is said and not whether you like the voice.",
            "Hear each clip to its end, then choose one of five words.",
        ),
        "How good is the quality of this speech?",
        "scale",
        SCALE,
        "mean opinion score, 1 to 5",
    ),
    "similarity": Wording(
        "Is this the same person?",
        (
            QUIET,
            "You will hear two clips at a time: first a recording of a speaker, then another clip.",
            "Judge how much the second voice is like that of the speaker. "
            "Pay no heed to noise, and none to what is said.",
            "Hear both to their ends, then choose one of five words.",
        ),
        "How much alike are the two voices?",
        "scale",
        tuple((value, word, LIKENESS[int(value) - 1]) for value, word, _ in SCALE),
        "mean opinion score of similarity, 1 to 5",
    ),
    "ab": Wording(
        "Which one sounds better?",
        (
            QUIET,
            "You will hear two clips at a time, A and B. Both say the same.",
            "Choose the one that sounds more natural and clearer. If you cannot tell, say so.",
            "Hear both to their ends, as often as you like, before you choose.",
        ),
        "Which clip sounds better?",
        "choice",
        ((1.0, "A", "is better"), (0.5, "Neither", "no difference"), (0.0, "B", "is better")),
        "preferred, % (no difference counts half)",
    ),
    "mushra": Wording(
        "How close is each clip to the reference?",
        (
            QUIET,
            "In each round there is a reference recording and several clips of the same sentence.",
            "Give each clip a value from 0 to 100 for its quality compared with the reference.",
            "The reference itself is hidden among the clips: at least one of them deserves 100.",
        ),
        "How good is each clip, compared with the reference?",
        "sliders",
        tuple(
            (float(20 * number), word, f"{20 * number} to {20 * number + 20}")
            for number, word in reversed(tuple(enumerate(WORDS)))
        ),
        "mean, 0 to 100",
    ),
}


def check_scores(test: str, scores: list[float]) -> str | None:
    """What is wrong with the scores of one trial's clips, in words; None where nothing is."""
    form = WORDINGS[test].form
    values = [value for value, _, _ in WORDINGS[test].points]
    if form == "sliders":
        return None if all(0 <= score <= 100 for score in scores) else "scores are numbers from 0 to 100"
    if form == "choice":
        fine = all(score in values for score in scores) and sum(scores) == 1
        return None if fine else "give 1 to the better clip and 0 to the other, or .5 to both"
    return (
        None
        if all(score in values for score in scores)
        else f"scores are one of {', '.join(f'{value:g}' for value in values)}"
    )

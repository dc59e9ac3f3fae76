"""Things that were made lately."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from soundalike.core.recent import Recent


def test_the_last_few_are_not_made_again():
    made = []

    def of(key):
        return recent.of(key, lambda: made.append(key) or key * 10)

    recent = Recent(2)
    assert [of(key) for key in (1, 2, 1, 3, 1, 2)] == [10, 20, 10, 30, 10, 20]
    assert made == [1, 2, 3, 2], "1 was asked for in between, so that 2 made room for 3"


def test_what_cannot_be_made_is_tried_again():
    recent = Recent(2)
    with pytest.raises(ZeroDivisionError):
        recent.of("a", lambda: 1 // 0)
    assert recent.of("a", lambda: None) is None
    assert recent.of("a", lambda: 1) is None


def test_threads_make_each_thing_once():
    made = []
    recent = Recent(4)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: recent.of(i % 3, lambda: made.append(1)), range(100)))
    assert len(made) == 3

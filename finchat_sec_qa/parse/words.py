"""English number words to whole numbers."""

import re

_SMALL = {
    name: number
    for number, name in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen".split()
    )
}
_TENS = {
    name: 10 * number
    for number, name in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_LARGE = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
MAX_WORDS = 40  # more words are a sentence


def words_to_number(text: str) -> int | None:
    """Read number words: "twenty-five" is 25, "one hundred and two thousand" 102000, "364" 364.

    None for anything else.
    """
    words = [word for word in re.split(r"[\s,‐‑‒–—-]+", text.lower()[:500]) if word and word != "and"]
    if not words or len(words) > MAX_WORDS:
        return None
    if len(words) == 1 and words[0].isdecimal():
        return int(words[0])
    total, group = 0, None
    for position, word in enumerate(words):
        if word in _LARGE and group is not None:
            total, group = total + group * _LARGE[word], None
        elif word == "hundred" and group is not None and group < 100:
            group *= 100
        else:
            value = 1 if word in {"a", "an"} and position == 0 else _unit(word, position)
            if value is None or not _may_follow(group, value):
                return None
            group = (group or 0) + value
    return total + (group or 0)


def _unit(word: str, position: int) -> int | None:
    if word.isdecimal() and position == 0 and len(word) <= 6:
        return int(word)
    return _SMALL.get(word, _TENS.get(word))


def _may_follow(group: int | None, value: int) -> bool:
    """Words add up only downwards: "twenty" then "five", a hundred then "two"; never "five" then "twenty"."""
    if group is None:
        return True
    if group % 100 == 0 and group:
        return value < 100
    return group % 10 == 0 and group % 100 >= 20 and 0 < value < 10

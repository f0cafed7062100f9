"""Words of genotypes, their numbers and batches."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasdsl import parse_space
from nasdsl.predictors.lexicon import Lexicon
from nasdsl.predictors.words import Sentence, Vocabulary, sentence, stem
from nasdsl.strategies.atoms import atoms

WORDS = st.tuples(st.sampled_from(["a", "b/i[0]", "b/i[1]", "c[2]/d[10]"]), st.integers(0, 4))
SENTENCES = st.lists(st.lists(WORDS, max_size=6).map(tuple), min_size=1, max_size=8)

SPACE = parse_space("""
space conditional
network = vector(8) -> repeat any 0..3 { linear(any [4, 8]) -> (relu | tanh) } -> linear(2)
""")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("cell/i[2]/y[0]/op", "cell/i/y/op"),
        ("d", "d"),
        ("p/i[3]#1", "p/i#1"),
        ("s#2/r[0]", "s#2/r"),
    ],
)
def test_a_stem_has_no_rounds(key: str, expected: str) -> None:
    assert stem(key) == expected


@given(SENTENCES)
def test_words_have_numbers_of_their_own(sentences: list[Sentence]) -> None:
    vocabulary = Vocabulary(sentences)
    batch = vocabulary.batch(sentences)
    own: dict[object, int] = {}
    shared: dict[object, int] = {}
    for row, words in enumerate(sentences):
        assert batch.lengths[row] == max(1, len(words))
        assert not batch.own[row, len(words) :].any() and not batch.shared[row, len(words) :].any()
        for place, word in enumerate(words):
            number = int(batch.own[row, place])
            assert number and own.setdefault(word, number) == number
            root = (stem(word[0]), word[1])
            assert shared.setdefault(root, int(batch.shared[row, place]))
            assert shared[root] == int(batch.shared[row, place])
    assert len(set(own.values())) == len(own) == vocabulary.sizes[0] - 1
    assert len(set(shared.values())) == len(shared) == vocabulary.sizes[1] - 1


def test_a_new_round_is_known_by_its_stem() -> None:
    vocabulary = Vocabulary([(("b/i[0]", 3),)])
    batch = vocabulary.batch([(("b/i[7]", 3), ("b/i[0]", 2))])
    assert batch.own.tolist() == [[0, 0]] and batch.shared.tolist() == [[1, 0]]


def test_sentences_tell_genotypes_apart() -> None:
    genotypes = list(SPACE.enumerate())
    assert len({sentence(SPACE, g) for g in genotypes}) == len(genotypes) == SPACE.size


def test_a_page_can_be_read_back() -> None:
    rng = Random(0)
    texts = [atoms(SPACE, SPACE.sample(rng)) for _ in range(50)]
    lexicon = Lexicon(texts)
    page, allowed = lexicon.page(texts), lexicon.allowed()
    words = {
        slot.first + option: (atom.key, option)
        for text in texts
        for atom, _ in text
        if (slot := lexicon.find(atom.key)) is not None
        for option in range(slot.options)
    }
    assert len(words) == lexicon.words - 1
    for row, text in enumerate(texts):
        numbers = page.words[row][page.reads[row]].tolist()
        assert [words[n] for n in numbers] == [(atom.key, taken) for atom, taken in text]
        assert allowed[page.keys[row], page.words[row]].all()

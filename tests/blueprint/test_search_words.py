import re

import pytest

from blueprint.search_words import Words, spellings


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("unicorn", "Number of Unicorns"),
        ("ＵＮＩＣＯＲＮ", "Number of unicorns"),
        ("AI", "ＡＩ算力"),
        ("創新", "创新科技署"),
        ("创新", "創新科技署"),
        ("裏面", "里面"),
        ("number of unicorns", "Unicorns, their number, and more of them"),
        ("É", "école"),
        ("50%", "50% more"),
    ],
)
def test_words_are_found_whatever_their_case_width_or_script(asked, text):
    assert Words(asked).all_in([text])


@pytest.mark.parametrize(
    ("asked", "text"),
    [("unicorn park", "Unicorns"), ("5_0", "5x0"), ("50%", "500"), ("a.c", "abc"), ("創新", "新創")],
)
def test_words_are_not_found_where_they_do_not_stand(asked, text):
    assert not Words(asked).all_in([text])


def test_words_may_stand_in_several_texts_of_one_thing():
    assert Words("unicorn valued").all_in(["Unicorns", "Start-ups valued at US$1 billion"])


@pytest.mark.parametrize(
    ("asked", "text", "pieces"),
    [
        ("park", "A park, a Park", [("A ", False), ("park", True), (", a ", False), ("Park", True)]),
        ("創新", "创新署", [("创新", True), ("署", False)]),
        ("inno innovation", "Innovation", [("Inno", True), ("vation", True)]),
        ("zz", "A park", [("A park", False)]),
    ],
)
def test_words_are_marked_where_they_stand(asked, text, pieces):
    assert Words(asked).marked(text) == pieces


def test_excerpt_is_what_stands_around_the_first_word():
    text = f"{'before ' * 40}the needle {'after ' * 80}"

    excerpt = Words("needle").excerpt(text)

    assert re.fullmatch(r"… (before )+the needle (after )+…", excerpt)
    assert 200 < len(excerpt) < 240


def test_excerpt_of_chinese_may_be_cut_anywhere():
    text = f"{'前' * 200}創新{'後' * 300}"

    assert Words("创新").excerpt(text) == f"… {'前' * 60}創新{'後' * 158} …"


def test_short_text_is_its_own_excerpt():
    assert Words("park").excerpt("A  park\nby the sea") == "A park by the sea"


@pytest.mark.parametrize(
    ("asked", "short", "long"),
    [
        ("", False, False),
        ("x", True, False),
        ("  x ", True, False),
        ("創新", False, False),
        ("xy", False, False),
        ("x" * 100, False, False),
        ("x" * 101, False, True),
        (" ".join("abcdefgh"), False, False),
        (" ".join("abcdefghi"), False, True),
    ],
)
def test_words_have_bounds(asked, short, long):
    assert (Words(asked).too_short, Words(asked).too_long) == (short, long)


def test_spellings_of_a_word_are_few():
    assert spellings("park") == ("park", "ｐａｒｋ")
    assert len(spellings("創新")) < 10

"""The rules for translated texts, on a small made-up catalogue, and the site's own catalogues under them."""

import io

import pytest
from babel.messages.pofile import read_po
from django.conf import settings

from deploy.translation_faults import Term, faults_of, read_glossary

GLOSSARY = [
    Term("figure", "數字", "数据"),
    Term("plan", "藍圖", "蓝图", ("計劃",)),
    Term("Achieved", "已達標", "已达标"),
]
HEAD = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=1; plural=0;\\n"

"""


def faults(entry, language="zh_Hant"):
    catalog = read_po(io.BytesIO((HEAD + entry).encode()), locale=language)
    return [fault for fault, _message in faults_of(catalog, language, GLOSSARY)]


def pair(source, translation):
    return f'msgid "{source}"\nmsgstr "{translation}"\n'


@pytest.mark.parametrize(
    ("source", "hant", "hans"),
    [
        ("A figure, and more.", "一個數字，以及其他。", "一项数据，以及其他。"),
        ("%(n)s of the plan", "藍圖的%(n)s項", "蓝图的%(n)s项"),
        (
            "Add ?as_at= and a day, such as 1.3%.",
            "加上?as_at=及日期，例如1.3%。",
            "加上?as_at=及日期，例如1.3%。",
        ),
        ("at <b>%(time)s</b>: {value}", "於<b>%(time)s</b>：{value}", "于<b>%(time)s</b>：{value}"),
        ("Achieved", "已達標", "已达标"),
        (
            "Secretary, standard, platform, inside",
            "秘書、標準、准許、平台、這里",
            "秘书、标准、准许、平台、这里",
        ),
    ],
)
def test_sound_translation_has_no_fault(source, hant, hans):
    assert faults(pair(source, hant)) == []
    assert faults(pair(source, hans), "zh_Hans") == []


@pytest.mark.parametrize(
    ("entry", "language", "fault"),
    [
        (pair("A text", ""), "zh_Hant", "missing"),
        ("#, fuzzy\n" + pair("A text", "文字"), "zh_Hant", "fuzzy"),
        (pair("%(n)s left", "剩餘"), "zh_Hant", "other placeholders"),
        (pair("%(n)s left", "剩餘%(m)s"), "zh_Hant", "other placeholders"),
        (pair("%d left", "剩餘%s"), "zh_Hant", "other placeholders"),
        (pair("{value} left", "剩餘"), "zh_Hant", "other placeholders"),
        (pair("First, second", "第一,第二"), "zh_Hant", "half-width punctuation or a blank: “一,”"),
        (pair("A sentence.", "一句."), "zh_Hans", "half-width punctuation or a blank: “句.”"),
        (pair("Which?", "哪個?"), "zh_Hant", "half-width punctuation or a blank: “個?”"),
        (pair("of (some)", "其中(部分)"), "zh_Hant", "half-width punctuation or a blank: “中(”"),
        (pair("Two words", "兩 個"), "zh_Hant", "half-width punctuation or a blank: “兩 個”"),
        (pair("Target 3%", "目標3 %"), "zh_Hant", "half-width punctuation or a blank: “3 %”"),
        (pair("day(s)", "天"), "zh_Hant", "“(s)” is no plural"),
        (pair("One number", "一個数目"), "zh_Hant", "the other script: 数"),
        (pair("One number", "一个數目"), "zh_Hans", "the other script: 數"),
        (pair("You", "您"), "zh_Hant", "not written here: 您"),
        (pair("You", "你"), "zh_Hans", "not written here: 你"),
        (pair("“It”", "“它”"), "zh_Hant", "not written here: “”"),
        (pair("“It”", "「它」"), "zh_Hans", "not written here: 「」"),
        (pair("Each figure", "每個數據"), "zh_Hant", "the glossary says “數字”, not “數據”"),
        (pair("All figures", "所有数字"), "zh_Hans", "the glossary says “数据”, not “数字”"),
        (pair("The plan", "這個計劃"), "zh_Hant", "the glossary says “藍圖”, not “計劃”"),
        (pair("The plan", "这个计划"), "zh_Hans", "the glossary says “蓝图”, not “计划”"),
        (pair("Achieved", "已完成"), "zh_Hant", "the glossary says “已達標”"),
    ],
)
def test_X08_fault_of_a_translation_is_named(entry, language, fault):
    assert faults(entry, language) == [fault]


def test_X08_plural_is_checked_in_each_form():
    entry = 'msgid "%(n)s day"\nmsgid_plural "%(n)s days"\nmsgstr[0] "%(m)s天"\n'

    assert faults(entry) == ["other placeholders"]


def test_glossary_is_read():
    terms = {term.english: term for term in read_glossary()}

    assert terms["figure"] == Term("figure", "數字", "数据")
    assert (terms["plan"].never, terms["Blueprint"].traditional) == (("計劃",), "藍圖")


@pytest.mark.parametrize("language", ["zh_Hant", "zh_Hans"])
def test_X08_own_translations_are_complete_and_sound(language):
    """`make check` compares them with the sources as well."""
    file = settings.BASE_DIR / "blueprint" / "locale" / language / "LC_MESSAGES" / "django.po"
    with file.open("rb") as lines:
        catalog = read_po(lines, locale=language)

    assert [(fault, message.id) for fault, message in faults_of(catalog, language, read_glossary())] == []
    assert not catalog.fuzzy

"""W07: a form or serializer names each of its columns, so that a new column is never open by accident."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("blueprint", "strategies", "indicators", "committee", "deploy")
pytestmark = pytest.mark.only_on("sqlite")


def loose_forms(source):
    """Lines of classes named Meta, and of calls that make forms, that take every column or all but some."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and node.name == "Meta":
            said = {target.id: each.value for each in node.body if isinstance(each, ast.Assign)
                    for target in each.targets if isinstance(target, ast.Name)}  # fmt: skip
        elif isinstance(node, ast.Call) and "factory" in ast.unparse(node.func):
            said = {each.arg: each.value for each in node.keywords}
        else:
            continue
        everything = isinstance(said.get("fields"), ast.Constant) and said["fields"].value == "__all__"
        if everything or "exclude" in said:
            found.append(node.lineno)
    return sorted(found)


LOOSE = """
class A(ModelForm):
    class Meta:
        model = Release
        fields = "__all__"

class B(ModelForm):
    class Meta:
        exclude = ["state"]

C = modelform_factory(Release, fields="__all__")
D = modelform_factory(Release, exclude=["state"])

class E(ModelForm):
    class Meta:
        fields = ["title_en"]
"""


def test_W07_rule_finds_what_it_forbids():
    assert loose_forms(LOOSE) == [3, 8, 11, 12]


def test_W07_no_form_takes_every_column_of_a_table():
    sources = [path for app in APPS for path in (ROOT / app).rglob("*.py")]

    found = {str(path.relative_to(ROOT)): loose_forms(path.read_text(encoding="utf-8")) for path in sources}

    assert len(sources) > 100
    assert {path: lines for path, lines in found.items() if lines} == {}

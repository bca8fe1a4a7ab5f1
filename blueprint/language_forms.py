"""What forms with texts in three languages share: questions to answer by name, and drafts in the other script."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from .chinese import simplified
from .languages import Question

# The name under which a form sends back the questions that were answered with yes, and that of its button for drafts.
ACCEPT, DRAFT = "accept", "draft"


class AnswersLanguages(forms.BaseForm):
    """A form whose texts are whole in the three languages, or are accepted as they are."""

    questions: Sequence[Question] = ()

    def ask(self, questions: Sequence[Question]) -> None:
        """To be called at the end of cleaning: whatever is not accepted stands against the form."""
        self.questions = questions
        for question in questions:
            if question.name not in self.accepting:
                self.add_error(None, question.fault)

    @property
    def accepting(self) -> list[str]:
        sent: Any = forms.CheckboxSelectMultiple().value_from_datadict(self.data, {}, ACCEPT)
        return list(sent or [])


def with_simplified_drafts(sent: QueryDict) -> QueryDict:
    """What was typed, with a draft wherever Traditional Chinese stands beside an empty Simplified field."""
    typed = sent.copy()
    for name in list(typed):
        twin = name.removesuffix("zh_hant") + "zh_hans"
        if name.endswith("_zh_hant") and typed[name].strip() and not typed.get(twin, "").strip():
            typed[twin] = simplified(typed[name])
    return typed

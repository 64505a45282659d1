"""Survey forms: XLSForm workbooks in, checked answers and layouts out; one engine for office, field and applicant.

Pure functions of a `Definition`, the answers and a day. No web framework, no database, no clock. Workbooks are read
by `forms.importing.import_workbook`, which is not loaded here: a device needs no spreadsheet library.

    form = forms.shipped("home_visit")
    answers = forms.initial_answers(form, today=today)
    answers["income/wages"] = forms.parse_answer(form, "income/wages", "1200", today=today)
    forms.check(form, answers, today=today)   # what to mend
    forms.layout(form, answers, today=today)  # what a page shows
    forms.prune(form, answers, today=today)   # what is sealed
"""

from forms.answers import Answer
from forms.checking import check, findings, prune
from forms.defaults import initial_answers
from forms.definition import Choice, Definition, Group, Question, from_json, to_json
from forms.evaluation import Answers, State, change, evaluate
from forms.judging import Finding
from forms.layout import ShownQuestion, ShownSection, layout, show
from forms.parsing import AnswerRefused, parse_answer
from forms.problems import FormProblem, FormRefused
from forms.shipped import shipped

__all__ = [
    "Answer",
    "AnswerRefused",
    "Answers",
    "Choice",
    "Definition",
    "Finding",
    "FormProblem",
    "FormRefused",
    "Group",
    "Question",
    "ShownQuestion",
    "ShownSection",
    "State",
    "change",
    "check",
    "evaluate",
    "findings",
    "from_json",
    "initial_answers",
    "layout",
    "parse_answer",
    "prune",
    "shipped",
    "show",
    "to_json",
]

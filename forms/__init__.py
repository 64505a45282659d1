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
from forms.asking import facts_asked, facts_used
from forms.checking import check, findings, prune, pruned
from forms.defaults import added, added_answers, initial, initial_answers
from forms.definition import Choice, Definition, Group, Question, from_json, to_json
from forms.evaluation import change, evaluate, follow
from forms.facts import Facts
from forms.judging import Finding
from forms.languages import translated
from forms.layout import ShownQuestion, ShownSection, layout, show
from forms.parsing import AnswerRefused, parse_answer
from forms.problems import FormProblem, FormRefused
from forms.shipped import shipped
from forms.state import Answers, State

__all__ = [
    "Answer",
    "AnswerRefused",
    "Answers",
    "Choice",
    "Definition",
    "Facts",
    "Finding",
    "FormProblem",
    "FormRefused",
    "Group",
    "Question",
    "ShownQuestion",
    "ShownSection",
    "State",
    "added",
    "added_answers",
    "change",
    "check",
    "evaluate",
    "facts_asked",
    "facts_used",
    "findings",
    "follow",
    "from_json",
    "initial",
    "initial_answers",
    "layout",
    "parse_answer",
    "prune",
    "pruned",
    "shipped",
    "show",
    "to_json",
    "translated",
]

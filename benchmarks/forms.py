"""How long a form of 300 questions with ten repeats of 30 takes to open and to answer one change.

A change (`forms.change`) is measured against evaluating the whole form anew, in the same run; medians. An answer on the
page is measured against the same request to a process that has forgotten what the form said last.
"""

from datetime import date

from benchmarks.form_page import Page, page
from benchmarks.report import Row, median_ms
from field_client import states
from forms import Definition, Group, Question, change, check, evaluate, from_json, show, to_json
from forms.expressions import compile_expression
from forms.plan import plan

TODAY = date(2026, 7, 1)
QUESTIONS, REPEATS, INSIDE = 300, 10, 30
GOAL_CHANGE_MS, GOAL_OPEN_MS = 50.0, 300.0


def question(name: str, before: str, number: int) -> Question:
    """Every third question computes, every fourth is asked on a condition, all numbers are constrained."""
    calculation = f"coalesce(${{{before}}}, 0) * 0.5 + 1" if number % 3 == 2 else ""
    return Question(
        name,
        "decimal",
        label=f"第 {number} 题",
        required="true()",
        relevant=f"${{{before}}} >= 0 or ${{{before}}} = ''" if number % 4 == 1 else "",
        constraint=". >= 0 and . <= 1000000",
        calculation=calculation,
    )


def large_form() -> Definition:
    """Build 300 questions in sections of ten, and one repeating group of 30 questions."""
    names = [f"q{number}" for number in range(QUESTIONS)]
    questions = [question(name, names[n - 1] if n % 10 else names[0], n) for n, name in enumerate(names)]
    sections = tuple(
        Group(f"s{start}", f"第 {start // 10 + 1} 节", items=tuple(questions[start : start + 10]))
        for start in range(0, QUESTIONS, 10)
    )
    inner = tuple(question(f"r{n}", f"r{max(0, n - 1)}", n) for n in range(INSIDE))
    total = Question("total", "calculate", label="合计", calculation="sum(${r3}) + sum(${r6})")
    return Definition(
        "large", "1", "大表", items=(*sections, Group("people", "成员", repeats=True, items=inner), total)
    )


def answered(form: Definition) -> dict[str, object]:
    """Answer everything that a person answers."""
    answers: dict[str, object] = {"people": REPEATS}
    state = evaluate(form, answers, today=TODAY)
    for node in state.plan.nodes.values():
        for place in state.places(node):
            if isinstance(node.item, Question) and not node.item.calculation:
                answers[node.path(place)] = "120.50"
    return answers


def rows() -> list[Row]:
    """Measure a change, the layout, opening, and the check at seal."""
    text = to_json(large_form())

    def open_form(_: int) -> None:
        compile_expression.cache_clear()
        plan.cache_clear()
        show(evaluate(from_json(text), answers, today=TODAY))

    form = from_json(text)
    answers = answered(form)
    state = evaluate(form, answers, today=TODAY)
    # s0/q0 is read by its section and by one question of each other section,
    # people[5]/r3 by its neighbours and by a sum outside the repeat.
    small = median_ms(lambda run: change(state, "s0/q0", str(run + 1)), 200)
    inside = median_ms(lambda run: change(state, "people[5]/r3", str(run + 1)), 200)
    added = median_ms(lambda run: change(state, "people", REPEATS + 1 + run % 2), 50)
    whole = median_ms(lambda run: evaluate(form, {**answers, "s0/q0": str(run + 1)}, today=TODAY), 10)
    shown = median_ms(lambda run: show(state), 10)
    opened = median_ms(open_form, 5)
    checked = median_ms(lambda run: check(form, answers, today=TODAY), 5)
    return [
        row("a change, against evaluating anew", small, whole, GOAL_CHANGE_MS),
        row("a change inside a repeat, against evaluating anew", inside, whole, GOAL_CHANGE_MS),
        row("one instance more, against evaluating anew", added, whole, GOAL_CHANGE_MS),
        row("a change and the whole layout", small + shown, whole + shown, GOAL_CHANGE_MS),
        row("opening: read, compile, evaluate, lay out", opened, None, GOAL_OPEN_MS),
        row("check at seal", checked, None, GOAL_OPEN_MS),
        *page_rows(form, answers),
    ]


def page_rows(form: Definition, answers: dict[str, object]) -> list[Row]:
    """Measure what a worker waits for: an answer sent from the page, in a section and in a repeat, and opening a section."""
    with page(form, answers) as there:
        outside = _answered_ms(there, "s0", "s0/q0")
        inside = _answered_ms(there, "people[5]", "people[5]/r3")
        shown = median_ms(lambda run: there.show("s0"), 10)
    return [
        row("an answer on the page, against evaluating anew", *outside, GOAL_CHANGE_MS),
        row("an answer inside a repeat, against evaluating anew", *inside, GOAL_CHANGE_MS),
        row("opening a section of the page", shown, None, GOAL_OPEN_MS),
    ]


def _answered_ms(there: Page, section: str, path: str) -> tuple[float, float]:
    """Time an answer, and one to a process that has forgotten the states."""

    def anew(run: int) -> None:
        states.forget()
        there.answer(section, path, str(run + 1))

    there.answer(section, path, "0")
    return median_ms(lambda run: there.answer(section, path, str(run + 1)), 30), median_ms(anew, 10)


def row(what: str, ours: float, other: float | None, goal_ms: float) -> Row:
    """Make one row of the table."""
    name = None if other is None else "forms.evaluate"
    return Row(what, "ms", ours, other, name, f"< {goal_ms:g} ms", ours < goal_ms)

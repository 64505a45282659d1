import math
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.expressions import ExpressionError, compile_expression
from forms.facts import Facts
from forms.functions import FUNCTIONS, pattern_fault
from forms.scope import Nowhere, Scope

ANSWERS = {
    "five": Decimal(5),
    "text": "琼湖",
    "kinds": "car boat",
    "empty": "",
    "day": date(2026, 6, 1),
    "ages": (Decimal(3), "", Decimal(40)),
    "none": (),
    "members": ("1", "2", "3"),
}


class Answered(Nowhere):
    """A row in the second instance of a repeat, which stands in the third of another."""

    def __init__(self, answers):
        self.answers = answers

    def read(self, reference):
        return self.answers[reference]

    def indexed(self, reference, at):
        return f"{reference}{at}"

    def position(self, levels):
        return {1: 2, 2: 3}[levels]

    def choice_label(self, question, name):
        return {("kinds", "car"): "汽车"}.get((question, name), "")


def scope_of(answers, **cells):
    return Scope(Answered(answers), date(2026, 7, 1), **cells)


FACTS = Facts(
    {"household": {"size": 4, "address": "琼湖镇"}, "members": [{"id": "a", "age": 60}, {"id": "b", "age": 7}]}
)
SCOPE = scope_of(ANSWERS, current=Decimal(7), stored="旧", columns={"town": "t"}, facts=FACTS, identity="v1/key")

VALUES = {
    # Of a sphere of 6,378,100 m: a degree of the equator, two of them, a quarter of a meridian, an eighth of the sphere.
    "distance('0 0', '0 1')": Decimal("111318.85"),
    "distance('0 0; 0 1; 0 2')": Decimal("222637.69"),
    "distance('0 0', '90 0')": Decimal("10018696.05"),
    "distance('28.84 112.35 55 10', '28.84 112.35 60 4')": Decimal("0.00"),
    "distance('28.84 112.35', ${empty})": None,
    "distance('28.84 112.35', '91 0')": None,
    "distance(${ages})": None,
    "area('0 0; 0 90; 90 90; 90 0')": Decimal("63900245288818.11"),
    "area('0 0; 0 1')": Decimal(0),
    "area(${none})": None,
    "1 + 2 * 3": Decimal(7),
    "(1 + 2) * 3": Decimal(9),
    "0.1 + 0.2": Decimal("0.3"),
    "7 mod 4": Decimal(3),
    "-${five} + 1": Decimal(-4),
    "${five}-1": Decimal(4),
    "1 div 0": None,
    "${empty} + 1": None,
    "${empty} > 1": False,
    "${empty} < 1": False,
    "${empty} = ''": True,
    "${empty} != 0": True,
    "${five} = '5'": True,
    "${five} = '5.0'": True,
    "${text} = '琼湖'": True,
    "${day} < today()": True,
    "${day} = '2026-06-01'": True,
    "${day} > '2026-05-31'": True,
    "today() - ${day}": Decimal(30),
    "date('2026-02-30')": None,
    "date(0)": date(1970, 1, 1),
    "now() = today()": True,
    "${ages} > 18": True,
    "${ages} < 3": False,
    "3 = ${ages}": True,
    "${ages} = ${ages}": True,
    "not(${none} = 1)": True,
    "sum(${ages})": Decimal(43),
    "sum(${ages}, 1, '')": Decimal(44),
    "sum(${none})": Decimal(0),
    "count(${members})": Decimal(3),
    "count(${empty})": Decimal(0),
    "count-non-empty(${ages})": Decimal(2),
    "min(${ages})": Decimal(3),
    "max(1, ${ages}, 2)": Decimal(40),
    "max(${none})": None,
    "selected(${kinds}, 'boat')": True,
    "selected(${kinds}, 'bo')": False,
    "count-selected(${kinds})": Decimal(2),
    "if(${five} > 3, '多', '少')": "多",
    "coalesce(${empty}, ${five})": Decimal(5),
    "coalesce(${empty}, '')": "",
    "once('新')": "旧",
    "regex(${text}, '[一-龥]{2,4}')": True,
    "regex('abc', 'ab')": False,
    "int(-2.7)": Decimal(-2),
    "int('x')": None,
    "round(2.5)": Decimal(3),
    "round(-2.5)": Decimal(-3),
    "round(10 div 3, 2)": Decimal("3.33"),
    "round(1250, -2)": Decimal(1300),
    "round(1, 99)": None,
    "round('x')": None,
    "floor(-1.5)": Decimal(-2),
    "ceiling(1.2)": Decimal(2),
    "floor('')": None,
    "pow(2, 10)": Decimal(1024),
    "pow(10, 999999)": None,
    "pow('', 2)": None,
    "number('12.50')": Decimal("12.50"),
    "number(true())": Decimal(1),
    "number('1e3')": None,
    "string(1.50)": "1.5",
    "string(true())": "true",
    "string(${day})": "2026-06-01",
    "boolean('')": False,
    "boolean(0)": False,
    "boolean(${day})": True,
    "boolean(${none})": False,
    "true() and not(false())": True,
    "true() = 1": True,
    "string-length(${text})": Decimal(2),
    "concat('共', ${five}, '人')": "共5人",
    "join('、', ${ages}, '完')": "3、40、完",
    "contains(${text}, '湖')": True,
    "starts-with(${text}, '湖')": False,
    "substr('abcd', 1, 3)": "bc",
    "substr('abcd', 2)": "cd",
    "substr('abcd', '')": None,
    "position(..)": Decimal(2),
    "position(../..)": Decimal(3),
    "indexed-repeat(${text}, ${members}, 2)": "text{'members': 2}",
    "indexed-repeat(${text}, ${members}, 1.5)": "",
    "jr:choice-name(${kinds}, '${kinds}')": "",
    "jr:choice-name('car', '${kinds}')": "汽车",
    "pulldata('household', 'size') + 1": Decimal(5),
    "pulldata('household', 'phone')": "",
    "pulldata('members', 'age', 'id', 'b')": Decimal(7),
    "pulldata('members', 'age', 'id', 'c')": "",
    "pulldata('last_visit', 'income/wages')": "",
    "uuid()": "af1c0ce9-d99b-508d-8a4c-0978f6ffe1ae",
    "abs(-2.5)": Decimal("2.5"),
    "sqrt(16)": Decimal(4),
    "sqrt(-1)": None,
    "exp(0)": Decimal(1),
    "exp10(3)": Decimal(1000),
    "log(1)": Decimal(0),
    "log10(1000)": Decimal(3),
    "log(0)": None,
    "pi()": Decimal("3.14159265358979323846"),
    "sin(pi() div 6)": Decimal("0.5"),
    "cos(0)": Decimal(1),
    "tan(pi() div 4)": Decimal(1),
    "tan(pi() div 2)": None,
    "asin(1) * 2 - pi()": Decimal(0),
    "asin(2)": None,
    "acos(1)": Decimal(0),
    "atan(1)": Decimal("0.78539816339744830962"),
    "atan2(1, -1)": Decimal("2.35619449019234492885"),
    "sin('x')": None,
    "boolean-from-string('TRUE')": True,
    "boolean-from-string('yes')": False,
    "selected-at(${kinds}, 1)": "boat",
    "selected-at(${kinds}, 2)": "",
    "checklist(2, -1, 'yes', 'no', 1)": True,
    "checklist(-1, 1, 'yes', 'no', true())": False,
    "weighted-checklist(3, 5, 'yes', 3, 'no', 9)": True,
    "weighted-checklist(4, -1, 'yes', 3, '', 9)": False,
    "digest('abc', 'MD5', 'hex')": "900150983cd24fb0d6963f7d28e17f72",
    "digest('abc', 'SHA-1', 'hex')": "a9993e364706816aba3e25717850c26c9cd0d89d",
    "digest('abc', 'SHA-256')": "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
    "digest('abc', 'ROT13')": "",
    "ends-with(${text}, '湖')": True,
    "normalize-space('  a   b ')": "a b",
    "substring('12345', 2, 3)": "234",
    "substring('12345', 1.5, 2.6)": "234",
    "substring('12345', 0, 3)": "12",
    "substring('12345', 2)": "2345",
    "substring-before('1999/04/01', '/')": "1999",
    "substring-before('1999', '/')": "",
    "substring-after('1999/04/01', '/')": "04/01",
    "translate('bar', 'abc', 'AB')": "BAr",
    "translate('--aaa--', 'abc-', 'ABC')": "AAA",
    "format-date('2026-07-01', '%Y年%n月%e日 %a')": "2026年7月1日 周三",
    "format-date('x', '%Y')": "",
    "format-date-time('2026-07-01T08:05', '%y%m%d %H:%M:%S.%3 %h%b%d%%%Q')": "260701 08:05:00.000 87月01%",
    "date-time('2026-07-01T08:30')": datetime(2026, 7, 1, 8, 30),
    "date-time('2026-07-01')": datetime(2026, 7, 1),
    "decimal-date-time('1970-01-02T12:00')": Decimal("1.5"),
    "decimal-time('06:00')": Decimal("0.25"),
    "decimal-time('25:00')": None,
    "string(date-time(1.75))": "1970-01-02T18:00",
    "date-time('2026-07-01T08:30') > today()": True,
    "date('2026-07-01T08:30:00.000+08:00')": date(2026, 7, 1),
    "date(today() + 30)": date(2026, 7, 31),
    ". > 6": True,
    "town = 't'": True,
    "village = ''": True,
    "1 != 1 or 1 <= 1 and 2 >= 2": True,
    "'a' > 'b'": False,
    '"it\'s"': "it's",
    "'${five}'": "${five}",
}  # fmt: skip

REFUSED = {
    "": "expression.syntax",
    "1 +": "expression.syntax",
    "a b": "expression.syntax",
    "1 = 2 = 3": "expression.syntax",
    "‘a’": "expression.syntax",
    "concat('a'": "expression.syntax",
    "/data/a/text()": "expression.syntax",
    "../*": "expression.unsupported",
    "../a[1]": "expression.unsupported",
    "instance('l')/root/item": "expression.refused",
    "random()": "expression.refused",
    "indexed-repeat(${text}, ${members})": "expression.arguments",
    "indexed-repeat(${text}, 2, 2)": "expression.indexed",
    "indexed-repeat(${text}, ${members}, 2, ${jobs})": "expression.indexed",
    "jr:choice-name(${kinds}, 'kinds')": "expression.choice_name",
    "pulldata(${text}, 'size')": "expression.facts",
    "pulldata('household', 'size', 'id')": "expression.facts",
    "current()": "expression.refused",
    "${last-saved#five}": "expression.last_saved",
    "..": "expression.unsupported",
    "//*": "expression.unsupported",
    "@a": "expression.unsupported",
    "*": "expression.unsupported",
    "1 | 2": "expression.unsupported",
    "${five}[1]": "expression.unsupported",
    "$five": "expression.unsupported",
    "$v0 + ${five}": "expression.unsupported",
    "position(1)": "expression.unsupported",
    "doc('file:///etc/passwd')": "expression.function",
    "__import__('os')": "expression.function",
    "last()": "expression.refused",
    "position()": "expression.arguments",
    "pow(2)": "expression.arguments",
    "(" * 900 + "1" + ")" * 900: "expression.too_long",
    "1+" * 300 + "1": "expression.too_long",
    "1" * 2001: "expression.too_long",
    "regex(., ${text})": "expression.pattern",
    "regex(., '(')": "expression.pattern",
}


@pytest.mark.parametrize("source", VALUES)
def test_an_expression_has_the_value_that_the_specification_gives(source):
    value = compile_expression(source).run(SCOPE)
    assert value == VALUES[source]
    assert type(value) is type(VALUES[source])


def test_every_function_is_tried():
    assert all(any(f"{name}(" in source for source in VALUES) for name in FUNCTIONS)


@pytest.mark.parametrize("source", REFUSED, ids=lambda source: source[:30])
def test_what_is_not_supported_is_refused_when_it_is_compiled(source):
    with pytest.raises(ExpressionError) as refused:
        compile_expression(source)
    assert refused.value.code == REFUSED[source]


def test_references_and_columns_are_known_without_running():
    expression = compile_expression("${five} > 1 and town = ${text} and ${five} < 9 and '${empty}' = .")
    assert (expression.references, expression.columns) == (("five", "text"), ("town",))
    assert expression.own == {"."}


@given(st.text() | st.sampled_from(["' or '1'='1", "${five}", "') or true() or ('", "1 or 1", "$v0", "]]>"]))
def test_an_answer_is_never_part_of_an_expression(answer):
    scope = scope_of({"a": answer, "b": "x"})
    assert compile_expression("${a} = 'secret'").run(scope) is (answer == "secret")
    assert compile_expression("concat(${a}, ${b})").run(scope) == f"{answer}x"


@given(
    st.lists(
        st.sampled_from([*FUNCTIONS, "(", ")", "+", "${a}", "1", "'x'", ".", ",", "and ", "=", "..", "/", "[", "$"])
    )
)
def test_any_text_compiles_or_is_refused(words):
    try:
        expression = compile_expression("".join(words))
    except ExpressionError:
        return
    expression.run(scope_of({"a": "1"}))


NUMBERS = st.integers(-(10**15), 10**15) | st.decimals(
    allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9
)


@given(NUMBERS, NUMBERS)
def test_sums_of_money_are_exact(one, other):
    scope = scope_of({"a": Decimal(one), "b": Decimal(other)})
    assert compile_expression("${a} + ${b} - ${b} = ${a}").run(scope) is True


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+b",
        "(a|a)*b",
        "a*a*a*a*b",
        "(.*)\\1",
        "a?" * 30,
        "(a|b)" * 30,
        "(?=a)b",
        "(?P<x>a)",
        "(a?){30}",
        "x" * 201,
        "[",
    ],
)
def test_a_pattern_that_could_stop_a_device_is_refused(pattern):
    assert pattern_fault(pattern)


@pytest.mark.parametrize(
    "pattern", ["1[3-9][0-9]{9}", "[一-龥·]{2,20}", "[A-Z]{2}[+*]?", "(0[0-9]{2,3}-)?[0-9]{7,8}", "[^]]", "\\)*"]
)
def test_patterns_of_daily_use_are_taken(pattern):
    assert pattern_fault(pattern) is None


def test_the_worst_patterns_that_are_taken_end_soon():
    """One that is not bounded, such as (a+)+b, would outlast any test run."""
    run = compile_expression("regex(., '.*.*.*b')").run
    assert run(scope_of(ANSWERS, current="a" * 200)) is False


def test_a_text_too_long_for_a_pattern_does_not_match():
    assert compile_expression("regex(., 'a*')").run(scope_of(ANSWERS, current="a" * 201)) is False


@given(st.floats(-50, 50))
def test_angles_agree_with_the_c_library_as_far_as_that_goes(angle):
    for name in ("sin", "cos", "atan"):
        found = compile_expression(f"{name}(${{a}})").run(scope_of({"a": Decimal(str(angle))}))
        assert float(found) == pytest.approx(getattr(math, name)(angle), abs=1e-12)

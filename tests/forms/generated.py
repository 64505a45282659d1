"""Random forms: groups, nested repeats, every type, and expressions that look at what was asked before."""

from hypothesis import strategies as st

from forms import FormRefused
from forms.importing import define
from tests.forms.sheets import PLACES, make_sheets

WORDS = st.text("甲乙丙 abc?!&<\n'", min_size=1, max_size=6).map(str.strip).filter(bool)
PLAIN = (
    "text",
    "integer",
    "decimal",
    "range",
    "date",
    "time",
    "datetime",
    "acknowledge",
    "image",
    "barcode",
    "geopoint",
)
CHOSEN = ("select_one", "select_multiple", "rank")
CONDITIONS = (
    *("${a} > 3", "${a} = ''", "selected(${a}, 'caowei')", "count(${a}) > 1"),
    *("not(${a} = ${b})", "string-length(${a}) < 4"),
)
VALUES = (
    *(
        "${a} + 1",
        "sum(${a}, ${b})",
        "concat(${a}, '、', ${b})",
        "coalesce(${a}, ${b})",
        "count(${a})",
        "join(' ', ${a})",
    ),
    *("once(${a})", "pulldata('household', 'size') * 2", "pulldata('members', 'name', 'id', ${a})", "uuid()"),
    *("format-date(${a}, '%Y-%n')", "if(${a} > ${b}, ${a}, ${b})", "round(${a} div 3, 2)", "today() - ${a}"),
)
CONSTRAINTS = (". >= 0", ". != ${a}", "string-length(.) < 5 or . > ${a}", "${a} = '' or . = ${a}")


class Writing:
    """One form on its way; guards the names that may be referred to."""

    def __init__(self, draw):
        self.draw = draw
        self.names = []
        self.around = {}  # of each question, the repeats around it
        self.open = ()
        self.count = 0

    def one_of(self, *options):
        return self.draw(st.sampled_from(options))

    def name(self, mark):
        self.count += 1
        return f"{mark}{self.count}"

    def maybe(self, templates):
        """Return an expression over earlier questions, or nothing."""
        if not self.names or not self.one_of(True, False, False):
            return {}
        return self.draw(st.sampled_from(templates)).replace("${a}", self.reference()).replace("${b}", self.reference())

    def reference(self):
        return f"${{{self.one_of(*self.names)}}}"

    def rows(self, depth, repeats):
        for _ in range(self.draw(st.integers(1, 4))):
            kind = self.one_of("question", "question", "question", "group", "repeat")
            if kind == "question" or depth == 3 or (kind == "repeat" and repeats == 3):
                yield self.question()
            else:
                yield from self.group(kind, depth, repeats)

    def group(self, kind, depth, repeats):
        name = self.name("g")
        cells = {"relevant": self.maybe(CONDITIONS)}
        if kind == "repeat":
            cells["repeat_count"] = self.one_of("", "", "2", self.maybe(("${a}", "count(${a})", "${a} + 1")))
        yield self.filled({"type": f"begin_{kind}", "name": name, "label": self.draw(WORDS), **cells})
        outer, self.open = self.open, (*self.open, name) if kind == "repeat" else self.open
        yield from self.rows(depth + 1, repeats + (kind == "repeat"))
        self.open = outer
        yield {"type": f"end_{kind}"}
        if kind == "repeat":
            self.names.append(name)

    def question(self):
        name = self.name("q")
        kind = self.one_of(*PLAIN, *CHOSEN, "calculate", "calculate", "note")
        row = {"name": name, "type": f"{kind} town" if kind in CHOSEN else kind, "label": self.draw(WORDS)}
        row["relevant"] = self.maybe(CONDITIONS)
        if kind == "calculate":
            row["calculation"] = self.maybe(VALUES) or self.one_of("1 + 1", self.indexed() or "position(..)")
        elif kind != "note":
            row["required"] = self.one_of("", "yes", self.maybe(CONDITIONS))
            row["constraint"] = self.maybe(CONSTRAINTS)
            row["readonly"] = self.one_of("", "", "yes")
        if kind == "range":
            row["parameters"] = self.one_of("", "start=2 end=8 step=2", "start=0 end=1 step=0.25")
        if kind in CHOSEN:
            row["choice_filter"] = self.one_of("", "county = 'nanxian'", "name != 'caowei'")
        if kind == "text":
            row |= {"default": self.one_of("", "甲", "concat('今天', today())"), "hint": self.one_of("", "提示")}
            row |= {"label::English (en)": self.one_of("", "Name"), "media::image": self.one_of("", "a.png")}
            row["guidance_hint"] = self.one_of("", "先看", f"先看 {self.reference()}" if self.questions() else "")
        self.names.append(name)
        self.around[name] = self.open
        return self.filled(row)

    def indexed(self):
        """Return a look at the first or second instance of an earlier question in repeats."""
        inside = [name for name, repeats in self.around.items() if repeats]
        if not inside:
            return ""
        name = self.one_of(*inside)
        chosen = ", ".join(f"${{{repeat}}}, {self.one_of('1', '2', 'position(..)')}" for repeat in self.around[name])
        return f"indexed-repeat(${{{name}}}, {chosen})"

    def questions(self):
        return [name for name in self.names if name.startswith("q")]

    @staticmethod
    def filled(row):
        return {column: cell for column, cell in row.items() if cell}


@st.composite
def forms(draw):
    """Return a definition that an import took; references to groups, which are refused, are not drawn again."""
    writing = Writing(draw)
    survey = [{"type": "text", "name": "q0", "label": "甲"}]
    writing.names.append("q0")
    survey += writing.rows(0, 0)
    settings = {"legal_basis": "某办法第三条", "style": draw(st.sampled_from(["", "pages"]))}
    try:
        return define(make_sheets(survey, PLACES, **Writing.filled(settings)))
    except FormRefused as refused:
        codes = {problem.code for problem in refused.problems}
        assert codes <= {"expression.group"}, refused
        return define(make_sheets(survey[:1]))

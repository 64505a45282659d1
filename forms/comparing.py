"""What changed between two versions of a form, in the words of its authors: questions, rules, choices, settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from forms.answers import CHOSEN
from forms.definition import Choice, Definition, Group, Question
from forms.languages import MEDIA
from forms.tree import Node, walk

ADDED, REMOVED, MOVED, CHANGED = "added", "removed", "moved", "changed"

KINDS = {ADDED: "新增", REMOVED: "删除", MOVED: "移动", CHANGED: "修改"}
COLUMNS = {
    "type": "题型",
    "label": "文字",
    "hint": "提示",
    "guidance_hint": "填写指导",
    "required": "必答",
    "required_message": "未答时的提示",
    "relevant": "显示条件",
    "constraint": "取值要求",
    "constraint_message": "不符合要求时的提示",
    "calculation": "计算式",
    "default": "默认值",
    "appearance": "外观",
    "readonly": "只读",
    "choice_filter": "选项筛选",
    "parameters": "参数",
    "repeat_count": "重复次数",
    "media::image": "图片",
    "media::big-image": "大图",
    "media::audio": "语音",
    "media::video": "视频",
    "place": "位置",
    "content": "内容",
}
SETTINGS = {
    "title": "表单名称",
    "legal_basis": "依据",
    "language": "语言",
    "style": "页面样式",
    "compulsory_photos": "允许强制上传的处数",
}
_SENTENCE = {
    ADDED: "新增{subject}“{label}”",
    REMOVED: "删除{subject}“{label}”",
    MOVED: "移动{subject}“{label}”:{before} → {after}",
    CHANGED: "{subject}“{label}”的{column}:{before} → {after}",
}
_FIRST_CHOICE = "最前"
_SHOWN_DIGITS = 12
_QUESTION, _GROUP, _REPEAT, _CHOICE, _SETTING, _FILE = "题目", "分组", "重复组", "选项", "设置", "文件"
_EMPTY, _FIRST, _WITHIN, _BESIDE = "(空)", "表单开头", "“{label}”开头", "“{label}”之后"

_AFFECTING = {"type", "constraint", "calculation", "relevant", "choice_filter", "parameters", "repeat_count", "place"}
"""A change of these may make answers of a draft unfit, hidden or different."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One change. `name` is that of the question or group, `choice` that of a choice in the list `name`.

    `affects_answers` says that answers which were given before may not fit any more.
    """

    kind: str
    subject: str
    name: str
    choice: str
    label: str
    column: str
    before: str
    after: str
    affects_answers: bool

    def __str__(self) -> str:
        column = COLUMNS.get(self.column.partition("@")[0], SETTINGS.get(self.column, self.column))
        language = self.column.partition("@")[2]
        return _SENTENCE[self.kind].format(
            subject=self.subject,
            label=self.label or self.name,
            column=f"{column}({language})" if language else column,
            before=self.before or _EMPTY,
            after=self.after or _EMPTY,
        )


def compare(old: Definition, new: Definition) -> tuple[Difference, ...]:
    """List the changes from one version to another: settings, rows in the order of the new form, removed rows, choices, files.

    The version itself is no change. Equal forms have no differences, and forms without differences are equal but for it.
    """
    return (*_settings(old, new), *_rows(old, new), *_lists(old, new), *_files(old, new))


def _settings(old: Definition, new: Definition) -> Iterator[Difference]:
    for column in ("form_id", *SETTINGS):
        before, after = getattr(old, column), getattr(new, column)
        if before != after:
            yield Difference(CHANGED, _SETTING, "", "", new.title, column, before, after, False)


def _files(old: Definition, new: Definition) -> Iterator[Difference]:
    before, after = dict(old.files), dict(new.files)
    for name in sorted({*before, *after}):
        one, other = (files.get(name, "")[:_SHOWN_DIGITS] for files in (before, after))
        if before.get(name) != after.get(name):
            yield Difference(CHANGED, _FILE, name, "", name, "content", one, other, False)


def _rows(old: Definition, new: Definition) -> Iterator[Difference]:
    before, after = walk(old), walk(new)
    moved = _moved(list(before), list(after))
    stood, stands = _previous(before), _previous(after)
    for name, node in after.items():
        if name not in before:
            yield _difference(ADDED, node, affects=False)
            continue
        former = before[name]
        if former.parts != node.parts or name in moved:
            affects = former.repeats != node.repeats
            yield _difference(MOVED, node, "place", stood[name], stands[name], affects=affects)
        yield from _cells(former, node, old, new)
    for name, node in before.items():
        if name not in after:
            yield _difference(REMOVED, node, affects=isinstance(node.item, Question) or node.is_repeat)


def _moved(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """Return the rows of both forms that stand at another place in their order."""
    common = set(old) & set(new)
    one, other = [name for name in old if name in common], [name for name in new if name in common]
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return common - {name for block in blocks for name in one[block.a : block.a + block.size]}


def _previous(nodes: Mapping[str, Node]) -> dict[str, str]:
    """Say behind which row each row stands: the one before it in its group, or at its beginning."""
    words: dict[str, str] = {}
    last: dict[str, str] = {}
    for name, node in nodes.items():
        start = _WITHIN.format(label=nodes[node.parent].item.label or node.parent) if node.parent else _FIRST
        words[name] = last.get(node.parent, start)
        last[node.parent] = _BESIDE.format(label=node.item.label or name)
    return words


def _cells(former: Node, node: Node, old: Definition, new: Definition) -> Iterator[Difference]:
    before, after = _texts(former.item), _texts(node.item)
    for column in dict.fromkeys((*before, *after)):
        one, other = before.get(column, ""), after.get(column, "")
        if one != other:
            yield _difference(CHANGED, node, column, one, other, affects=column in _AFFECTING)


def _texts(item: Question | Group) -> dict[str, str]:
    """Return every cell of a row by column; a translation is under `column@language`."""
    cells = {column: getattr(item, column, "") for column in COLUMNS if "::" not in column and column != "type"}
    return {"type": _type(item), **cells, **_spoken(item)}


def _type(item: Question | Group) -> str:
    if isinstance(item, Group):
        return _REPEAT if item.repeats else _GROUP
    return f"{item.type} {item.choices}" if item.type in CHOSEN else item.type


def _spoken(one: Question | Group | Choice) -> dict[str, str]:
    cells = {MEDIA + kind: name for kind, name in one.media}
    for language, spoken in one.translations:
        cells |= {f"{column}@{language}": text for column, text in spoken}
    return cells


def _difference(
    kind: str, node: Node, column: str = "", before: str = "", after: str = "", *, affects: bool
) -> Difference:
    item = node.item
    subject = _QUESTION if isinstance(item, Question) else _REPEAT if item.repeats else _GROUP
    return Difference(kind, subject, item.name, "", item.label, column, before, after, affects)


def _lists(old: Definition, new: Definition) -> Iterator[Difference]:
    for name in dict.fromkeys((*old.choice_lists, *new.choice_lists)):
        before = {choice.name: choice for choice in old.choice_lists.get(name, ())}
        after = {choice.name: choice for choice in new.choice_lists.get(name, ())}
        moved = _moved(list(before), list(after))
        for choice in after.values():
            if choice.name not in before:
                yield _of_choice(ADDED, name, choice)
                continue
            if choice.name in moved:
                yield _of_choice(MOVED, name, choice, "place", _behind(before, choice), _behind(after, choice))
            yield from _choice(name, before[choice.name], choice)
        yield from (
            _of_choice(REMOVED, name, choice, affects=True) for key, choice in before.items() if key not in after
        )


def _behind(choices: Mapping[str, Choice], choice: Choice) -> str:
    labels = [one.label for one in choices.values()]
    place = list(choices).index(choice.name)
    return _BESIDE.format(label=labels[place - 1]) if place else _FIRST_CHOICE


def _choice(name: str, former: Choice, choice: Choice) -> Iterator[Difference]:
    before, after = ({"label": one.label, **dict(one.columns), **_spoken(one)} for one in (former, choice))
    for column in dict.fromkeys((*before, *after)):
        one, other = before.get(column, ""), after.get(column, "")
        if one != other:
            yield _of_choice(CHANGED, name, choice, column, one, other, affects=column in dict(choice.columns))


def _of_choice(
    kind: str, name: str, choice: Choice, column: str = "", before: str = "", after: str = "", *, affects: bool = False
) -> Difference:
    return Difference(kind, _CHOICE, name, choice.name, choice.label, column, before, after, affects)

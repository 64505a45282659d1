"""Make the shipped forms from their readable sources.

python -m forms.build                          write forms/shipped/*.json
python -m forms.build --workbooks FOLDER       write the XLSForm workbooks, for counties to start from
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from forms.columns import CHOICES, SETTINGS, SURVEY
from forms.definition import to_json
from forms.importing import define
from forms.shipped import NAMES
from forms.workbook import Sheet, table, write_workbook

SOURCES = Path(__file__).parent / "shipped"


def read_source(text: str) -> dict[str, Sheet]:
    """Return the sheets that a readable source describes: `settings`, `choices` by list, `section` by `section`.

    A `parameter` becomes a calculation of its value before all sections; what it is and who says so stand in its hint.
    """
    source = tomllib.loads(text)
    choices = [
        {"list_name": name, "name": choice, "label": label}
        for name, labels in source["choices"].items()
        for choice, label in labels.items()
    ]
    parameters = [_parameter_row(parameter) for parameter in source.get("parameter", ())]
    rows = [*parameters, *(row for section in source["section"] for row in _section_rows(section))]
    return {
        "survey": table(SURVEY, rows),
        "choices": table(CHOICES, choices),
        "settings": table(SETTINGS, [source["settings"]]),
    }


def _parameter_row(parameter: Mapping[str, str]) -> Mapping[str, str]:
    hint = f"{parameter['label']}。{parameter['source']}"
    return {"type": "calculate", "name": parameter["name"], "calculation": parameter["value"], "hint": hint}


def _section_rows(section: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    kind = "repeat" if section.get("repeats") else "group"
    cells = {name: text for name, text in section.items() if name not in {"repeats", "question"}}
    yield {"type": f"begin_{kind}", **cells}
    yield from section["question"]
    yield {"type": f"end_{kind}"}


def build_definitions(folder: Path) -> None:
    """Write the definition of every shipped form as JSON."""
    for name in NAMES:
        (folder / f"{name}.json").write_text(to_json(define(_sheets(name))) + "\n", encoding="utf-8")


def build_workbooks(folder: Path) -> None:
    """Write the workbook of every shipped form; the same source gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        (folder / f"{name}.xlsx").write_bytes(write_workbook(_sheets(name)))


def _sheets(name: str) -> dict[str, Sheet]:
    return read_source((SOURCES / f"{name}.toml").read_text(encoding="utf-8"))


def main() -> None:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="python -m forms.build", description="生成随程序发布的表单")
    parser.add_argument("--workbooks", type=Path, metavar="文件夹", help="把 XLSForm 工作簿写到这个文件夹")
    folder = parser.parse_args().workbooks
    if folder:
        build_workbooks(folder)
    else:
        build_definitions(SOURCES)


if __name__ == "__main__":
    main()

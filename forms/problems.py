"""What can be wrong with a form, said to its author: which cell, what is wrong, how to mend it.

The sentences are one table; `importing`, `expressions` and `plan` name an entry and fill its blanks.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_PROBLEMS = 200
"""So many problems are told at once; who mends them imports again."""

MESSAGES: dict[str, tuple[str, str]] = {
    # the file
    "file.too_large": ("文件太大(上限 {limit} MB)", "删去图片、多余的工作表和格式后再导入"),
    "file.not_a_workbook": ("这不是能读取的 .xlsx 工作簿", "用 WPS 或 Excel 另存为 .xlsx 再导入"),
    "file.swollen": ("文件解压后过大,疑似有害文件", "新建工作簿,只复制文字内容后再导入"),
    "file.entities": ("文件内含 XML 声明或实体,疑似有害文件", "新建工作簿,只复制文字内容后再导入"),
    "problems.many": ("问题太多,只列出前 {limit} 个", "改正后再导入,会列出其余的"),
    # sheets, rows, columns
    "sheet.unsupported": ("不支持工作表“{name}”", "删去这个工作表;选项都写在 choices,登记信息用 pulldata()"),
    "sheet.missing": ("缺少工作表“{name}”", "按 XLSForm 的要求增加工作表“{name}”"),
    "sheet.too_many_rows": ("行数超过上限 {limit} 行", "拆成几份表单,或删去空行和说明行"),
    "sheet.too_many_columns": ("列数超过上限 {limit} 列", "删去多余的列"),
    "column.missing": ("缺少“{name}”列", "在第一行增加“{name}”列"),
    "column.twice": ("列名“{name}”出现了两次", "只保留一列"),
    "column.unsupported": ("暂不支持“{name}”列", "删去这一列;支持的列有:{known}"),
    "cell.formula": ("单元格里是公式,不会被计算", "改成文字;计算请写在 calculation 列"),
    "cell.too_long": ("内容超过 {limit} 个字", "缩短内容"),
    "cell.homeless": ("这个单元格所在的列没有列名", "在第一行填写列名,或清空这个单元格"),
    "cell.kind": ("单元格里是错误值,不是文字", "把单元格格式改成“文本”后重新填写"),
    # survey
    "type.missing": ("没有填写题型", "填写 type,例如 text、integer、select_one"),
    "type.unsupported": ("暂不支持题型“{value}”", "改用:{known}"),
    "type.refused": ("不能用题型“{value}”", "{advice}"),
    "name.missing": ("没有填写 name", "填写一个以字母开头的名称,例如 monthly_income"),
    "name.bad": ("名称“{value}”不合规则", "以字母或下划线开头,只用字母、数字、下划线和连字符"),
    "name.twice": ("名称“{value}”与第 {other} 行重复", "换一个没有用过的名称"),
    "label.missing": ("没有题目文字", "填写 label"),
    "group.unclosed": ("这一组没有结束行", "在组的最后加一行 {end}"),
    "group.unopened": ("结束行“{value}”没有对应的开始行", "删去这一行,或补上开始行"),
    "group.nested_repeat": ("重复组套重复组最多 {limit} 层", "把里面的重复组移到外面"),
    "repeat_count.alone": ("不是重复组,不能填写 repeat_count", "清空这个单元格,或写在 begin_repeat 行"),
    "media.name": ("“{value}”不是文件名", "只写文件名,例如 stove.jpg,不要写文件夹和网址"),
    "media.missing": (
        "没有找到文件“{value}”",
        "把文件放进 --media 指的文件夹,文件名与单元格完全一致;用不着就清空单元格",
    ),
    "media.large": ("文件“{value}”太大", "压缩到 {limit} KB 以内;录音可以降低码率、剪短"),
    "media.type": ("文件“{value}”的内容不能在手机上显示", "另存为 {known}"),
    "media.many": (
        "到“{value}”为止,文件超过 {count} 个或一共 {limit} MB",
        "减少文件,或压缩后再发布;表单要在山里的网络上传得动",
    ),
    "parameters.alone": ("题型“{value}”不能填写 parameters", "清空这个单元格;parameters 只用于 range"),
    "parameters.bad": ("parameters 写得不对:{reason}", "写成 start=0 end=10 step=1"),
    "group.empty": ("这一组里没有题目", "删去这一组,或加上题目"),
    "group.column": ("组的行里不能填写“{value}”", "清空这个单元格"),
    "group.too_deep": ("组的层数超过 {limit} 层", "减少层数"),
    "choices.missing": ("选项表“{value}”不存在", "在 choices 工作表里增加 list_name 为“{value}”的行"),
    "choices.unnamed": ("没有写选项表的名称", "写成“{value} 选项表名称”"),
    "choices.other": (
        "这里不能写“{value}”",
        "or_other 只用于没有 choice_filter 的 select_one、select_multiple;也可以在选项表里加“其他”一项,另加一道文字题",
    ),
    "choices.column": ("不是选择题,不能填写 choice_filter", "清空这个单元格"),
    "choice.list": ("没有填写 list_name", "填写选项表的名称"),
    "choice.name": ("选项名称“{value}”不合规则", "只用字母、数字、下划线、点和连字符,不要有空格"),
    "choice.twice": ("选项“{value}”与第 {other} 行重复", "换一个名称,或删去这一行"),
    "choice.label": ("选项没有文字", "填写 label"),
    "appearance.unsupported": ("暂不支持外观“{value}”", "可用:{known}"),
    "default.bad": ("默认值不合题型:{reason}", "改正默认值"),
    "calculation.missing": ("calculate 题没有写计算式", "填写 calculation 列"),
    "calculation.type": ("题型“{value}”不能带计算式", "改用 calculate、integer、decimal、date 或 text"),
    "image.required": (
        "照片不得强制上传(国办函〔2026〕12号)",
        "去掉 required,或在 settings 工作表的 legal_basis 写明依据",
    ),
    "photos.many": (
        "强制上传共 {count} 处,依据只允许 {allowed} 处(国办函〔2026〕12号)",
        "去掉 required,或在 settings 工作表的 compulsory_photos 写明依据允许几处",
    ),
    "appearance.idle": ("外观“{value}”在手机页面上不起作用", "可以保留,也可以删去"),
    # settings
    "settings.missing": ("settings 工作表没有填写“{name}”", "填写“{name}”"),
    "settings.many": ("settings 工作表只能有一行内容", "删去多余的行"),
    "settings.style": ("style 不能是“{value}”", "写 pages(一题一页),或留空(一节一页)"),
    "settings.photos": ("compulsory_photos 不能是“{value}”", "写依据允许强制上传几处,例如 1;没有就留空"),
    "form_id.bad": ("表单编号“{value}”不合规则", "以小写字母开头,只用小写字母、数字和下划线"),
    # expressions
    "expression.syntax": ("表达式有语法错误:{value}", "检查括号、引号和运算符"),
    "expression.function": ("暂不支持函数 {value}()", "可用:{known}"),
    "expression.refused": ("不能用函数 {value}()", "{reason}"),
    "expression.arguments": ("函数 {value}() 的参数个数不对", "应有 {known} 个参数"),
    "expression.unsupported": ("表达式里不能用“{value}”", "引用别的题目请写成 ${{题目名称}}"),
    "expression.reference": ("引用的“{value}”不存在", "检查 ${{}} 里的名称,应与 name 列一致"),
    "expression.group": ("“{value}”是一个组,没有答案", "引用组里的某道题"),
    "expression.path": ("路径“{value}”找不到题目", "写成 ${{题目名称}},或检查 ../ 的层数和组的名称"),
    "expression.indexed": (
        "indexed-repeat() 写得不对",
        "写成 indexed-repeat(${{题目}}, ${{重复组}}, 第几个);题目外面的每个重复组都要写出第几个",
    ),
    "expression.choice_name": (
        "jr:choice-name() 写得不对",
        "写成 jr:choice-name(${{选择题}}, '${{选择题}}'),第二处要在引号里",
    ),
    "expression.facts": (
        "pulldata() 写得不对",
        "写成 pulldata('household', '字段'),或 pulldata('members', '字段', '查找列', 值);名称要直接写在引号里",
    ),
    "expression.source": ("pulldata() 没有来源“{value}”", "可用:{known}"),
    "expression.last_saved": (
        "不支持“{value}”:上一份记录是另一户的,不能带进这一户",
        "这一户上次走访的回答写成 pulldata('last_visit', '组/题目名称')",
    ),
    "expression.own": (
        "这里不能用“{value}”",
        "“.”只用于 constraint、required、choice_filter;once() 和 uuid() 只用于计算式和默认值",
    ),
    "expression.column": ("选项表里没有“{value}”列", "在 choices 工作表里增加这一列,或改正列名"),
    "expression.too_long": ("表达式过长或层次过深", "拆成几道 calculate 题"),
    "expressions.too_long": ("全表的表达式合计超过 {limit} 个字", "拆成几份表单"),
    "expression.pattern": ("regex() 的格式不能接受:{value}", "用简单的格式,例如 '1[3-9][0-9]{{9}}'"),
    "expression.cycle": ("计算或显示条件互相依赖,成了循环:{value}", "去掉其中一处引用"),
}


@dataclass(frozen=True)
class FormProblem:
    """One thing to mend. `row` counts as in the spreadsheet; it is 0 when the whole sheet or file is meant."""

    code: str
    sheet: str
    row: int
    column: str
    message: str
    mend: str

    def __str__(self) -> str:
        place = " ".join(part for part in (self.sheet, f"第 {self.row} 行" if self.row else "", self.column) if part)
        return f"{place or '文件'}:{self.message}。{self.mend}。"


class FormRefused(ValueError):
    """A form cannot be taken as it is. `problems` names everything found, in the order of the workbook."""

    def __init__(self, problems: tuple[FormProblem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def problem(code: str, sheet: str = "", row: int = 0, column: str = "", **blanks: object) -> FormProblem:
    """Make a problem from the table of messages."""
    message, mend = (sentence.format_map(blanks) for sentence in MESSAGES[code])
    return FormProblem(code, sheet, row, column, message, mend)

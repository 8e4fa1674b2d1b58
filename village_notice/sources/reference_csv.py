"""Strict reading of a reference file: every line checked, the first broken one stops the run with its place."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

from village_notice.errors import ReferenceFileError

MAX_BYTES = 20_000_000
"""A county's register has a few hundred kilobytes; anything above this is the wrong file."""


class Line(NamedTuple):
    """One data line of a reference file.

    Attributes:
        file: The file, as named in errors.
        number: Line number as a text editor shows it (the last one, where a quoted cell spans lines).
        cells: Column name → stripped text; optional columns that are missing hold "".
    """

    file: str
    number: int
    cells: Mapping[str, str]

    def fail(self, column: str, problem: str) -> NoReturn:
        """Stops the run, naming this line and the column.

        Raises:
            ReferenceFileError: Always.
        """
        raise ReferenceFileError(self.file, self.number, column, problem)

    def required(self, column: str) -> str:
        """The cell of a column that must not be empty."""
        if not self.cells[column]:
            self.fail(column, "是空的，必须填写")
        return self.cells[column]

    def choice(self, column: str, allowed: Sequence[str]) -> str:
        """The cell of a column that takes one of a few words."""
        if self.cells[column] not in allowed:
            self.fail(column, f"“{self.cells[column]}”不对，只能是 {'、'.join(allowed)} 之一")
        return self.cells[column]

    def yes(self, column: str) -> bool:
        """Whether a yes/no cell says yes."""
        return self.choice(column, ("yes", "no")) == "yes"

    def several(self, column: str) -> tuple[str, ...]:
        """The values of a cell that holds several, separated by semicolons; a doubled or empty one is an error."""
        if not self.cells[column]:
            return ()
        values = tuple(part.strip() for part in self.cells[column].replace("；", ";").split(";"))
        for value in values:
            if not value:
                self.fail(column, f"“{self.cells[column]}”里有多余的分号，几个值之间用一个分号隔开")
            if values.count(value) > 1:
                self.fail(column, f"“{value}”写了两次，请删掉一个")
        return values


def read_lines(path: Path, columns: Sequence[str], optional: Sequence[str] = ()) -> Iterator[Line]:
    """The data lines of a reference file, blank lines left out.

    Args:
        path: UTF-8 (with or without BOM) or GB18030 text, comma separated, column names first, in any order.
        columns: Columns that must be there.
        optional: Columns that may be missing.

    Raises:
        ReferenceFileError: The file cannot be read, or its first line or the shape of a line is wrong.
    """
    file = str(path)
    reader = csv.reader(io.StringIO(_read_text(path), newline=""), strict=True)
    head: list[str] | None = None
    try:
        for cells in reader:
            values = [cell.strip() for cell in cells]
            if not any(values):
                continue
            if head is None:
                head = _check_head(file, reader.line_num, values, (columns, optional))
                continue
            yield _build_line(file, reader.line_num, head, values, optional)
    except csv.Error as error:
        raise ReferenceFileError(file, reader.line_num, "", "引号没有成对，或有不可见的控制字符") from error
    if head is None:
        raise ReferenceFileError(file, 1, "", f"文件是空的，第一行应为列名 {','.join(columns)}")


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ReferenceFileError(str(path), 1, "", "文件太大，不像是参考数据，请确认是否选错了文件")
        data = path.read_bytes()
    except OSError as error:
        raise ReferenceFileError(str(path), 1, "", f"文件打不开（{error.strerror}），请检查路径和权限") from error
    if b"\0" in data:
        raise ReferenceFileError(str(path), 1, "", "不是 CSV 文本文件，请用 Excel 另存为“CSV UTF-8（逗号分隔）”")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
    raise ReferenceFileError(str(path), line, "", "文字编码看不懂，请另存为“CSV UTF-8（逗号分隔）”")


def _check_head(file: str, number: int, head: list[str], known: tuple[Sequence[str], Sequence[str]]) -> list[str]:
    columns, optional = known
    while head and not head[-1]:
        head = head[:-1]
    for name in columns:
        if name not in head:
            raise ReferenceFileError(file, number, name, f"缺少这一列，第一行应为列名 {','.join(columns)}")
    for name in head:
        if name not in (*columns, *optional):
            raise ReferenceFileError(
                file, number, name, f"没有这个列名，可用的列名有 {','.join((*columns, *optional))}"
            )
        if head.count(name) > 1:
            raise ReferenceFileError(file, number, name, "列名写了两次，请删掉一个")
    return head


def _build_line(file: str, number: int, head: list[str], values: list[str], optional: Sequence[str]) -> Line:
    if len(values) > len(head) and any(values[len(head) :]):
        raise ReferenceFileError(
            file, number, "", f"有 {len(values)} 格，应为 {len(head)} 格；格内有逗号时整格要加英文双引号"
        )
    if len(values) < len(head):
        raise ReferenceFileError(file, number, head[len(values)], f"只有 {len(values)} 格，应为 {len(head)} 格")
    cells = dict(zip(head, values, strict=False))
    return Line(file, number, dict.fromkeys(optional, "") | cells if optional else cells)

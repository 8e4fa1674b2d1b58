"""What a file is, told from its bytes. The name is only used to say that it lies."""

import io
import re
import struct
import zipfile
from typing import Literal

Form = Literal[
    "xlsx", "xlsb", "ods", "zip", "xls", "biff", "locked", "html", "mhtml", "xml2003", "text", "empty", "other"
]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_SECTOR, _MOST_SECTORS = 0xFFFFFFFA, 1_000
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OTHER = (
    (b"%PDF", "PDF 文件"), (b"Rar!", "RAR 压缩包，请先解压"), (b"7z\xbc\xaf", "7z 压缩包，请先解压"),
    (b"\x89PNG", "图片"), (b"\xff\xd8\xff", "图片"), (b"GIF8", "图片"), (b"BM", "图片"), (b"II*\x00", "图片"),
    (b"MM\x00*", "图片"), (b"{\\rtf", "RTF 文字文档"), (b"\x1f\x8b", "gz 压缩包，请先解压"),
    (b"MZ", "程序文件"), (b"SQLite format 3", "数据库文件"), (b"L\x00\x00\x00\x01\x14\x02", "快捷方式，不是文件本身"),
    (b"RIFF", "音像文件"), (b"ID3", "音像文件"), (b"\x00\x01\x00\x00Standard", "Access 数据库"),
)  # fmt: skip
_OLD_BIFF = {b"\x09\x00\x04\x00": "Excel 2", b"\x09\x02\x06\x00": "Excel 3", b"\x09\x04\x06\x00": "Excel 4"}
NAMES: dict[str, str] = {
    "xlsx": "Excel 工作簿（.xlsx）", "xlsb": "Excel 二进制工作簿（.xlsb）", "ods": "开放文档表格（.ods）", "zip": "压缩包",
    "xls": "Excel 97-2003 工作簿（.xls）", "biff": "Excel 5.0/95 工作簿（.xls）", "html": "网页（.html）",
    "mhtml": "单个文件网页（.mht）", "xml2003": "XML 表格 2003（.xml）", "text": "文本文件（.csv）", "csv": "文本文件（.csv）",
}  # fmt: skip
_USUAL = {
    "xlsx": {"xlsx", "xlsm", "xltx", "xltm", "et", "ett"}, "xlsb": {"xlsb"}, "ods": {"ods", "ots", "fods"},
    "xls": {"xls", "xlt", "et", "ett"}, "html": {"html", "htm"}, "mhtml": {"mht", "mhtml"}, "xml2003": {"xml"},
    "csv": {"csv", "tsv", "txt", "tab", "prn"},
}  # fmt: skip


def find_form(data: bytes) -> tuple[Form, str]:
    """(form, what it is in Chinese words where it is no spreadsheet)."""
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        return "empty", ""
    if data.startswith(_OLE):
        return _find_ole_form(data)
    if data.startswith(_ZIP) or (data[:4] not in _OLD_BIFF and data[:2] == b"PK"):
        return _find_zip_form(data)
    if data[:4] in _OLD_BIFF:
        return "other", f"{_OLD_BIFF[data[:4]]} 的老格式"
    if data[:4] in (b"\x09\x08\x08\x00", b"\x09\x08\x10\x00"):
        return "biff", ""
    for magic, words in _OTHER:
        if data.startswith(magic) and (magic != b"BM" or b"\x00" in data[:16]):
            return "other", words
    return _find_text_form(data)


def _find_ole_form(data: bytes) -> tuple[Form, str]:
    for part in (_read_folder(data), data):  # a folder in order is read alone; a damaged file is searched as a whole
        for name, form, words in (
            ("EncryptedPackage", "locked", ""), ("Workbook", "xls", ""), ("Book", "biff", ""),
            ("WordDocument", "other", "Word/WPS 文字文档"), ("PowerPoint Document", "other", "演示文稿"),
            ("Index", "other", "Numbers 或其他软件的文件"),
        ):  # fmt: skip
            if _has_stream(part, name):
                return form, words  # type: ignore[return-value]
    return "other", "其他软件的文件，里面没有工作簿"


def _read_folder(data: bytes) -> bytes:
    """The sectors that hold the folder of a compound file, b"" where they cannot be followed. Source: [MS-CFB] 2.2, 2.3."""
    try:
        (shift,) = struct.unpack_from("<H", data, 30)
        (sector,) = struct.unpack_from("<I", data, 48)
        tables = struct.unpack_from("<109I", data, 76)
        size, parts = 1 << shift, list[bytes]()
        while sector < _LAST_SECTOR and len(parts) < _MOST_SECTORS and shift in (9, 12):
            parts.append(data[(sector + 1) * size : (sector + 2) * size])
            table = tables[sector // (size // 4)]
            (sector,) = struct.unpack_from("<I", data, (table + 1) * size + sector % (size // 4) * 4)
    except (struct.error, IndexError):
        return b""
    return b"".join(parts)


def _has_stream(data: bytes, name: str) -> bool:
    """Whether an OLE folder entry has a name: UTF-16, at the start of a 128-byte entry, its length 64 bytes on."""
    wanted = name.lower().encode("utf-16-le") + b"\x00\x00"
    pattern = re.compile(re.escape(wanted), re.IGNORECASE)
    return any(m.start() % 128 == 0 and data[m.start() + 64] == len(wanted) for m in pattern.finditer(data[:-64]))


def _find_zip_form(data: bytes) -> tuple[Form, str]:
    try:
        names = {n.replace("\\", "/").lstrip("/").lower() for n in zipfile.ZipFile(io.BytesIO(data)).namelist()}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        return ("xlsx", "") if b"xl/" in data or b"[Content_Types]" in data else ("zip", "")
    if "content.xml" in names and ("mimetype" in names or "meta-inf/manifest.xml" in names):
        return _find_odf_form(data)
    if any(n.endswith("workbook.bin") for n in names):
        return "xlsb", ""
    if "[content_types].xml" in names:
        if any(n.startswith("word/") for n in names):
            return "other", "Word/WPS 文字文档"
        if any(n.startswith("ppt/") for n in names):
            return "other", "演示文稿"
        return "xlsx", ""
    if any(n.endswith(".iwa") or n == "index.zip" for n in names):
        return "other", "苹果 Numbers 文件，请导出为 Excel"
    return ("xlsx" if any(n.endswith("xl/workbook.xml") for n in names) else "zip" if names else "empty"), ""


def _find_odf_form(data: bytes) -> tuple[Form, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        member = next((m for m in file.infolist() if m.filename == "mimetype"), None)
        try:
            kind = file.read(member) if member and member.file_size < 200 else b"spreadsheet"
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError):
            kind = b"spreadsheet"
    return ("ods", "") if b"spreadsheet" in kind else ("other", "开放文档，但不是表格")


def _find_text_form(data: bytes) -> tuple[Form, str]:
    head = data[:4096]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode("utf-8", "replace")
    lower = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if lower.startswith((b"mime-version:", b"from:", b"subject:")) and b"content-type:" in lower:
        return "mhtml", ""
    if lower.startswith(b"<?xml") and b"opendocument" in lower and re.search(rb"<(\w+:)?document\b", lower):
        return ("ods", "") if b"opendocument.spreadsheet" in lower else ("other", "开放文档，但不是表格")
    is_2003 = b"urn:schemas-microsoft-com:office:spreadsheet" in lower and b"<html" not in lower
    if is_2003 and re.match(rb"(?s)<\?xml|<(\w+:)?workbook", lower):
        return "xml2003", ""
    if re.search(rb"<(html|table|!doctype html|frameset|body|meta|style)\b", lower) and lower.startswith(b"<"):
        return "html", ""
    if b"<table" in data[:65536].lower() and b"</tr" in data.lower():
        return "html", ""
    if lower.startswith(b"<?xml") or lower.startswith(b"<workbook"):
        return ("xml2003", "") if b"office:spreadsheet" in data[:65536] else ("other", "XML 数据文件")
    if b"\x00" in head and not data.startswith((b"\xff\xfe", b"\xfe\xff")) and not looks_utf16(data):
        return "other", "不认识的二进制文件"
    return "text", ""


def looks_utf16(data: bytes) -> bool:
    """Whether bytes without a mark are UTF-16: line ends, commas and digits leave a zero in every second place."""
    head = data[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    return max(even, odd) > len(head) // 20 and min(even, odd) * 10 <= max(even, odd)


def is_usual_suffix(form: str, suffix: str) -> bool:
    """Whether a name's ending (".XLS") is one that files of this form carry."""
    return suffix.lower().lstrip(".") in _USUAL.get(form, set())

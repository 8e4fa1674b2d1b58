"""Any file a department sends becomes typed sheets, or one clear reason why not."""

import io
from pathlib import Path

from village_notice.sources.grid import WorkbookGrids
from village_notice.sources.limits import ReadLimits, Unreadable
from village_notice.sources.sniff import NAMES, Form, find_form, is_usual_suffix
from village_notice.sources.zip_members import read_input

_DEFAULT_PASSWORD = "VelvetSweatshop"  # noqa: S105 - Excel's own, for files locked without asking anybody. Source: [MS-OFFCRYPTO] 2.3
_LIMITS = ReadLimits()


def open_workbook(path: Path, *, password: str | None = None, limits: ReadLimits = _LIMITS) -> WorkbookGrids:
    """The sheets of one input (a file, or a member of a zip as `a.zip/b.xlsx`), whatever its name says it is.

    Raises:
        Unreadable: F01 damaged, F02 password missing or wrong, F03 no spreadsheet, F06 empty, F10 a limit was hit.
    """
    return read_workbook(read_input(path, limits), path.suffix, password=password, limits=limits)


def read_workbook(
    data: bytes, suffix: str, *, password: str | None = None, limits: ReadLimits = _LIMITS
) -> WorkbookGrids:
    """The sheets in the bytes of one input; `suffix` is only used to say that a name is wrong.

    Raises:
        Unreadable: As `open_workbook`.
    """
    form, words = find_form(data)
    try:
        book = _read_form(form, words, data, password, limits)
    except (Unreadable, MemoryError):
        raise
    except RecursionError as error:
        raise Unreadable("F10", "里面一层套一层，太深了") from error
    except Exception as error:
        raise Unreadable("F01", f"内容不合规范（{type(error).__name__}）") from error
    if suffix and not is_usual_suffix(book.format, suffix):
        book.notes.append(("F16", "", NAMES.get(book.format, book.format)))
    return book


def _read_form(  # noqa: PLR0911 - one return a format
    form: Form, words: str, data: bytes, password: str | None, limits: ReadLimits
) -> WorkbookGrids:
    """Readers are imported when needed: most inboxes need one or two of them."""
    if form == "xlsx":
        from village_notice.sources.xlsx import read_xlsx

        return read_xlsx(data, limits)
    if form in ("xls", "biff"):
        return _read_xls(data, password, limits)
    if form == "text":
        from village_notice.sources.text_file import read_text_file

        return read_text_file(data, limits)
    if form == "html":
        from village_notice.sources.html_table import read_html

        return read_html(data, limits)
    if form == "locked":
        return read_workbook(unlock(data, password), "", limits=limits)
    if form == "xlsb":
        from village_notice.sources.xlsb import read_xlsb

        return read_xlsb(data, limits)
    if form == "ods":
        from village_notice.sources.ods import read_ods

        return read_ods(data, limits)
    if form == "xml2003":
        from village_notice.sources.xml2003 import read_xml2003

        return read_xml2003(data, limits)
    if form == "mhtml":
        from village_notice.sources.html_table import read_mhtml

        return read_mhtml(data, limits)
    if form == "zip":
        raise Unreadable("F03", "是压缩包：扩展名是 .zip 的，放进收件箱会自动打开里面的表格；否则请先解压")
    raise Unreadable(*(("F06", "文件里没有任何内容") if form == "empty" else ("F03", words)))


def _read_xls(data: bytes, password: str | None, limits: ReadLimits) -> WorkbookGrids:
    from village_notice.sources.xls import read_xls
    from village_notice.sources.xls_records import scan_xls

    scan = scan_xls(data)
    return read_xls(unlock(data, password), limits) if scan.is_locked else read_xls(data, limits, scan)


def unlock(data: bytes, password: str | None) -> bytes:
    """The bytes behind a password.

    Raises:
        Unreadable: None of the passwords fits (F02).
    """
    import msoffcrypto
    from msoffcrypto.format.ooxml import OOXMLFile

    is_known = False
    for word in filter(None, (password, _DEFAULT_PASSWORD)):
        verified = False
        try:
            file = msoffcrypto.OfficeFile(io.BytesIO(data))
            file.load_key(password=word, **({"verify_password": True} if isinstance(file, OOXMLFile) else {}))
            verified = isinstance(file, OOXMLFile)
            opened = io.BytesIO()
            file.decrypt(opened)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - a wrong password shows as any of msoffcrypto's or struct's errors
            is_known = is_known or verified
            continue
        if find_form(opened.getvalue())[0] not in ("locked", "other", "empty"):
            return opened.getvalue()
        is_known = is_known or verified
    if is_known:
        raise Unreadable("F01", "密码是对的，但加密的内容残缺，解不开")
    raise Unreadable("F02", "给出的密码不对" if password else "没有给出密码")

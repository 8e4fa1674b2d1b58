"""Whether a package is as it was made: one sentence a package, and a failure when nothing was checked.

Every file is read and hashed; the verdict stands on this module's own comparison, with both manifests and both tag
manifests, and on the form of the tag files too, so that a change of any single byte anywhere is seen.
Packages carry no signature: whoever rewrites a file and every manifest leaves a valid bag. Against that stands the
校验码 printed on the village's paper: it is worked out anew from the figures, and each sentence names it so that the two
can be compared.
"""

import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from village_notice.archive.bag import (
    ALGORITHMS,
    BAGIT_TXT,
    FORMAT_KEY,
    FORMAT_VERSION,
    SEALED,
    STATUS_KEY,
    BagFormatError,
    Digest,
    format_manifest,
    hash_stream,
    parse_info,
    parse_manifest,
)
from village_notice.archive.recount import find_contradictions, find_missing
from village_notice.archive.tree import (
    UNREADABLE_FOLDER,
    UNREADABLE_ZIP,
    Tree,
    is_safe_path,
    normal_path,
    open_tree,
)
from village_notice.archive.versions import PACKAGE, PACKAGE_FOLDER

_TAG_FILE = re.compile(r"bagit\.txt|bag-info\.txt|(tag)?manifest-[a-z0-9]+\.txt")
_OWN_TAGS = ("bagit.txt", "bag-info.txt", *(f"{k}manifest-{a}.txt" for a in ALGORITHMS for k in ("", "tag")))
_SYSTEM_FILES = re.compile(r"(.*/)?(Thumbs\.db|desktop\.ini|\.DS_Store|\._.*)", re.IGNORECASE)
_NOTICE = re.compile(r".*\d{4}年度.*公开\.pdf")
_TOWNSHIP_ENDINGS = ("镇", "乡", "街道", "办事处", "开发区", "度假区")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class PackageVerdict:
    """What was found out about one package.

    Attributes:
        path: The package, relative to what was given, "." for that itself.
        title: Village, year and version as the package itself says, "" unknown.
        is_intact: True only where nothing at all is wrong.
        files: Files checked.
        changed: Paths whose content is not what it was.
        missing: Paths that should be there.
        extra: Paths that should not be there.
        renamed: Old path → new path, content unchanged.
        problems: Other faults in Chinese words.
        check_code: The 校验码 to compare with the paper, "" unknown.
        sentence: All of it in one Chinese sentence.
    """

    path: str
    title: str
    is_intact: bool
    files: int
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    renamed: Mapping[str, str]
    problems: tuple[str, ...]
    check_code: str
    sentence: str


def verify_path(path: Path) -> list[PackageVerdict]:
    """One verdict a package at or below a path: a package, a zip, a stick, a county's folder.

    Where there is no package at all, one verdict that is not intact says so.

    Raises:
        UsageError: There is nothing at the path.
    """
    with open_tree(path) as tree:
        packages = _find_packages(tree)
        verdicts = [_verify_package(tree, folder, path) for folder in packages]
        verdicts += _find_hidden(tree, packages)
    if not verdicts:
        sentence = f"{path}：里面没有档案包，什么也没有核对。请给出“档案”文件夹，或它上面的文件夹。"
        return [PackageVerdict(".", "", False, 0, (), (), (), {}, ("没有档案包",), "", sentence)]
    return verdicts


def is_all_intact(verdicts: Iterable[PackageVerdict]) -> bool:
    """Whether something was verified and all of it is intact."""
    found = list(verdicts)
    return bool(found) and all(v.is_intact for v in found)


def format_verdicts(verdicts: Iterable[PackageVerdict]) -> str:
    """The sentences, one a line, and a last line with the count."""
    found = list(verdicts)
    intact = sum(v.is_intact for v in found)
    checked = sum(v.files > 0 for v in found)
    tail = f"共核对 {checked} 个档案包：完好 {intact} 个，有问题 {len(found) - intact} 个。"
    return "\n".join([*(v.sentence for v in found), tail])


def to_json(verdicts: Iterable[PackageVerdict]) -> str:
    """The verdicts as JSON text, an array with one object a package."""
    return json.dumps([asdict(v) for v in verdicts], ensure_ascii=False, indent=1)


def _find_packages(tree: Tree) -> list[str]:
    """Folders that are packages or remains of one: also where bagit.txt itself was taken away."""
    found = {path.rpartition("/")[0] for path in tree.files if _TAG_FILE.fullmatch(path.rpartition("/")[2])}
    found |= {folder for folder in tree.folders if PACKAGE_FOLDER.fullmatch(folder.rpartition("/")[2])}
    inside = {
        folder for folder in found if any(_is_below(folder, f"{other}/data" if other else "data") for other in found)
    }
    return sorted(found - inside)


def _find_hidden(tree: Tree, packages: Sequence[str]) -> Iterator[PackageVerdict]:
    """Places where a package may be, or should be, and none was checked: never passed over in silence."""
    for place, words in tree.faults:
        is_known = any(not p or _is_below(place, p) for p in packages)
        if not is_known and (
            words in (UNREADABLE_FOLDER, UNREADABLE_ZIP) or PACKAGE_FOLDER.fullmatch(place.rpartition("/")[2])
        ):
            yield _refuse(place, f"{words}，里面有没有档案包不知道")
    villages = {package.rpartition("/")[0] for package in packages if "/" in package}
    townships = {village.rpartition("/")[0] for village in villages if "/" in village}
    posted = {path.rpartition("/")[0] for path in tree.files if _NOTICE.fullmatch(path.rpartition("/")[2])}
    for folder in sorted(posted - villages):
        if folder.rpartition("/")[0] in townships and not any(_is_below(folder, p) for p in packages):
            yield _refuse(folder, "有公示，档案包没有了", (PACKAGE,))


def _refuse(place: str, words: str, missing: tuple[str, ...] = ()) -> PackageVerdict:
    return PackageVerdict(place, "", False, 0, (), missing, (), {}, (words,), "", f"{place}：{words}。")


def _is_below(folder: str, other: str) -> bool:
    return folder == other or folder.startswith(other + "/")


class _Check:
    """What is collected while one package is read; turned into a verdict at the end."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.names = {normal_path(path): path for path in tree.files}
        self.digests: dict[str, Digest] = {}
        self.tags: dict[str, bytes] = {}
        self.changed: set[str] = set()
        self.missing: set[str] = set()
        self.listed: dict[str, str] = {}
        self.problems = [f"{path} {words}" for path, words in tree.faults]
        if len(self.names) < len(tree.files):
            self.problems.append("有两个文件的名字只差字符的编码方式")

    def read_all(self) -> None:
        """Hash every file; small tag files are kept for reading."""
        for name, path in sorted(self.names.items()):
            try:
                if "/" not in name and _TAG_FILE.fullmatch(name):
                    with self.tree.files[path]() as stream:
                        self.tags[name] = stream.read(1 << 26)
                with self.tree.files[path]() as stream:
                    self.digests[name] = hash_stream(stream)
            except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError):
                # zipfile raises RuntimeError for a member with a password and zlib.error for damaged data
                self.changed.add(name)
                self.problems.append(f"{name} 读不出来")

    def parse_tags(self, prefix: str) -> dict[str, dict[str, str]]:
        """Algorithm → manifest of one kind (manifest- or tagmanifest-), for the algorithms that are present."""
        manifests = {}
        for name, data in sorted(self.tags.items()):
            algorithm = name.removeprefix(prefix).removesuffix(".txt")
            if name == f"{prefix}{algorithm}.txt" and algorithm in ALGORITHMS:
                try:
                    manifests[algorithm] = self._normal_entries(parse_manifest(data), name)
                except BagFormatError as error:
                    self.changed.add(name)
                    self.problems.append(f"{name} {error}")
        return manifests

    def _normal_entries(self, entries: Mapping[str, str], manifest: str) -> dict[str, str]:
        unsafe = [path for path in entries if not is_safe_path(path)]
        if unsafe:
            self.problems.append(f"{manifest} 里有不安全的路径")
            self.changed.add(manifest)
        return {normal_path(path): digest for path, digest in entries.items() if is_safe_path(path)}

    def compare(self, entries: Mapping[str, str], algorithm: str) -> None:
        """Hold one manifest against what was read."""
        for path, digest in entries.items():
            if algorithm == ALGORITHMS[0]:
                self.listed[path] = digest
            if path not in self.names:
                self.missing.add(path)
            elif path in self.digests and self.digests[path].values[algorithm] != digest:
                self.changed.add(path)

    def compare_form(self, prefix: str, covered: Iterable[str]) -> None:
        """Our own tag files have one form only: another spelling of the same content is a change too."""
        digests = {path: self.digests[path] for path in covered if path in self.digests}
        for algorithm in ALGORITHMS:
            name = f"{prefix}{algorithm}.txt"
            if name in self.tags and self.tags[name] != format_manifest(digests, algorithm):
                self.changed.add(name)


def _verify_package(whole: Tree, folder: str, given: Path) -> PackageVerdict:
    check = _Check(whole.below(folder))
    check.read_all()
    info = _read_info(check)
    payload, tags = check.parse_tags("manifest-"), check.parse_tags("tagmanifest-")
    for manifests in (payload, tags):
        for algorithm, entries in manifests.items():
            check.compare(entries, algorithm)
    listed = {path for entries in payload.values() for path in entries}
    _check_structure(check, info, payload, is_own=FORMAT_KEY in info)
    tag_names = {name for entries in tags.values() for name in entries} | set(_OWN_TAGS)
    extra = {path for path in check.names if path not in listed and (path.startswith("data/") or path not in tag_names)}
    _check_place(check, info, folder, given)
    _check_previous(check, info, whole, folder)
    if FORMAT_KEY in info and not (check.changed or check.missing or extra or check.problems):
        # only where nothing else is wrong: a changed file changes what its manifest should say
        check.compare_form("manifest-", listed)
        check.compare_form("tagmanifest-", (n for n in _OWN_TAGS if not n.startswith("tagmanifest-")))
        _recount(check, info)
    return _build_verdict(check, info, extra, folder)


def _recount(check: _Check, info: Mapping[str, str]) -> None:
    """The figures themselves: a package whose every manifest was written anew is told by what it says."""
    files = {name: check.tree.files[path] for name, path in check.names.items()}
    check.missing.update(find_missing(files))
    if not (check.missing or check.changed or check.problems):
        check.problems.extend(find_contradictions(files, info.get("Check-Code", "")))


def _read_info(check: _Check) -> dict[str, str]:
    try:
        return parse_info(check.tags.get("bag-info.txt", b""))
    except BagFormatError as error:
        check.changed.add("bag-info.txt")
        check.problems.append(f"bag-info.txt {error}")
        return {}


def _check_structure(
    check: _Check, info: Mapping[str, str], payload: Mapping[str, Mapping[str, str]], *, is_own: bool
) -> None:
    required = _OWN_TAGS if is_own or not payload else ("bagit.txt",)
    check.missing.update(name for name in required if name not in check.names)
    if "bagit.txt" in check.tags and check.tags["bagit.txt"] != BAGIT_TXT and (is_own or not _is_bagit(check)):
        check.changed.add("bagit.txt")
    if not any(path.startswith("data/") for path in check.names):
        check.problems.append("里面没有任何材料")
    sets = {frozenset(entries) for entries in payload.values()}
    if len(sets) > 1:
        check.problems.append("几份清单列的文件不一样")
    if any(not path.startswith("data/") for entries in sets for path in entries):
        check.problems.append("清单列了 data 以外的文件")
    size = sum(digest.size for path, digest in check.digests.items() if path.startswith("data/"))
    count = sum(path.startswith("data/") for path in check.names)
    if "Payload-Oxum" in info and info["Payload-Oxum"] != f"{size}.{count}" and not (check.changed or check.missing):
        check.problems.append("文件总数或总长与登记的不符")
    if info.get(FORMAT_KEY, "").isdecimal() and int(info[FORMAT_KEY]) > FORMAT_VERSION:
        check.problems.append("是更新版本的程序做的，请升级后再核对")


def _is_bagit(check: _Check) -> bool:
    """Whether bagit.txt of another tool's package is well formed."""
    try:
        tags = parse_info(check.tags["bagit.txt"])
    except BagFormatError:
        return False
    return bool(re.fullmatch(r"\d+\.\d+", tags.get("BagIt-Version", ""))) and "Tag-File-Character-Encoding" in tags


def _check_place(check: _Check, info: Mapping[str, str], folder: str, given: Path) -> None:
    """A whole package swapped with another village's is seen by the folders it lies in: …/山前店镇/东关村/档案_第2版."""
    place = [*given.absolute().parts, *folder.split("/")] if folder else [*given.absolute().parts]
    if not info.get("Village") or len(place) < 3 or not PACKAGE_FOLDER.fullmatch(place[-1]):
        return
    township, village, package = (normal_path(part) for part in place[-3:])
    village = village.partition("（")[0]
    if village.endswith(("村", "社区")) and village != normal_path(info["Village"]):
        check.problems.append(f"放在“{village}”的文件夹里，却是“{info['Village']}”的档案")
    offices = {normal_path(info.get(key, "")) for key in ("Office", "Township")}
    if township.endswith(_TOWNSHIP_ENDINGS) and township not in offices:
        check.problems.append(f"放在“{township}”的文件夹里，却是“{info.get('Office', '')}”的档案")
    version, year = re.search(r"第(\d+)版", package), re.search(r"(\d{4})年", package)
    if (version and version[1] != info.get("Version")) or (year and year[1] != info.get("Year")):
        title = f"{info.get('Year', '')}年第{info.get('Version', '')}版"
        check.problems.append(f"放在“{package}”的文件夹里，却是{title}的档案")


def _check_previous(check: _Check, info: Mapping[str, str], whole: Tree, folder: str) -> None:
    """A later version names the one before by its manifest: another package put in its place beside it is seen."""
    before, digest = info.get("Previous-Version", ""), info.get("Previous-Manifest-SHA256", "")
    place = "/".join(part for part in (folder.rpartition("/")[0], before) if part)
    opener = whole.files.get(f"{place}/manifest-sha256.txt") if before and digest and folder else None
    if opener is None:
        return
    try:
        with opener() as stream:
            found = hash_stream(stream).values[ALGORITHMS[0]]
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError):
        return  # that package's own verdict tells it
    if found != digest:
        check.problems.append(f"旁边的“{before}”不是本版所更正的那一份")


def _build_verdict(check: _Check, info: Mapping[str, str], extra: set[str], folder: str) -> PackageVerdict:
    renamed = _match_renamed(check, extra)
    missing = check.missing - set(renamed)
    extra = extra - set(renamed.values())
    is_intact = not (check.changed or missing or extra or renamed or check.problems)
    title = _format_title(info)
    verdict = PackageVerdict(
        path=folder or ".",
        title=title,
        is_intact=is_intact,
        files=len(check.digests),
        changed=tuple(sorted(check.changed)),
        missing=tuple(sorted(missing)),
        extra=tuple(sorted(extra)),
        renamed=renamed,
        problems=tuple(check.problems),
        check_code=info.get("Check-Code", ""),
        sentence="",
    )
    words = "；".join(_describe(verdict))
    place = f"{folder or '.'}（{title}）" if title else folder or "."
    return replace(verdict, sentence=f"{place}：{words}。")


def _match_renamed(check: _Check, extra: set[str]) -> dict[str, str]:
    """Missing path → extra path with the listed content: a renamed file, or a name a stick has mangled."""
    by_digest: dict[str, list[str]] = {}
    for path in sorted(extra):
        if path in check.digests:
            by_digest.setdefault(check.digests[path].values[ALGORITHMS[0]], []).append(path)
    renamed = {}
    for path in sorted(check.missing):
        if candidates := by_digest.get(check.listed.get(path, "")):
            renamed[path] = candidates.pop(0)
    return renamed


def _format_title(info: Mapping[str, str]) -> str:
    if not info.get("Village"):
        return ""
    version = f"第{info['Version']}版" if info.get("Version", "1") != "1" else ""
    status = "已封存" if info.get(STATUS_KEY) == SEALED else "草稿"
    return f"{info.get('Township', '')}{info['Village']}{info.get('Year', '')}年{version}，{status}"


def _describe(verdict: PackageVerdict) -> Iterator[str]:
    if verdict.is_intact:
        code = f"，校验码 {verdict.check_code}（应与纸上的一致）" if verdict.check_code else ""
        yield f"完好，共 {verdict.files} 个文件{code}"
        return
    if verdict.changed:
        yield f"被改动：{_list_names(verdict.changed)}"
    if verdict.missing:
        yield f"缺少：{_list_names(verdict.missing)}"
    if verdict.extra:
        harmless = all(_SYSTEM_FILES.fullmatch(path) for path in verdict.extra)
        yield f"多出：{_list_names(verdict.extra)}" + ("（电脑自动生成的，删去即可）" if harmless else "")
    if verdict.renamed:
        pairs = [f"{old} 变成了 {new}" for old, new in verdict.renamed.items()]
        yield f"文件被改名、内容未变：{_list_names(pairs)}"
    yield from verdict.problems


def _list_names(names: Iterable[str]) -> str:
    found = [name.removeprefix("data/") for name in names]
    more = f" 等 {len(found)} 个" if len(found) > _SHOWN else ""
    return "、".join(found[:_SHOWN]) + more

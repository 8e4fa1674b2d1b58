"""A folder on storage that fsspec speaks to: S3, OSS, WebDAV, FTP, another path. Only what `mirror` needs of it."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from village_notice.errors import CannotWriteError, UsageError, VillageNoticeError

_MARKS = ("ETag", "etag", "md5Hash", "content_md5", "generation", "LastModified", "last_modified", "mtime", "created")
"""What storages call that which changes when a file does; all that are there are compared."""
_SECRET = re.compile(
    "token|secret|pass(?:word|wd|phrase)|pwd|credential|signature|key$|(?:^|[^a-z])(?:sig|sas|auth)(?:$|[^a-z])"
)
"""In the names of parameters of an address: by such a one may get in."""


@dataclass(frozen=True, slots=True)
class FolderUrl:
    """The address of a folder on storage, such as s3://桶/莱阳/收件箱.

    Attributes:
        text: As the user gave it, without a slash at the end.
    """

    text: str

    @classmethod
    def parse(cls, text: str) -> "FolderUrl":
        """The address.

        Raises:
            UsageError: It holds a password, key or token, which everybody who may list the computer's processes would read.
        """
        parts = urlsplit(text)
        if parts.password or any(_SECRET.search(name.lower().removesuffix("id")) for name, _ in parse_qsl(parts.query)):
            raise UsageError(
                f"网址 {parts.scheme}://… 里不能写密码、密钥或令牌。请按这种存储的说明把密钥放在环境变量或配置文件里。"
            )
        return cls(text.rstrip("/"))

    def __str__(self) -> str:
        return self.text


def is_url(text: str) -> bool:
    """Whether a folder is given as an address; D:/表格 is none."""
    return "://" in text


class Storage:
    """The files under an address; every error of the storage's library comes as one Chinese sentence.

    Args:
        url: The folder.

    Raises:
        UsageError: fsspec or the library for this kind of storage is not installed, or the address cannot be meant.
    """

    def __init__(self, url: FolderUrl) -> None:
        self.url = url
        with self._explain(UsageError, "连不上"):
            import fsspec

            self._system, root = fsspec.core.url_to_fs(url.text)
            self._root = str(root).rstrip("/")

    def list_files(self) -> dict[str, str]:
        """Name inside the folder → mark that changes when the file does, "" where the storage gives none.

        Raises:
            UsageError: It does not answer, or has a name that no file may have here.
        """
        found = {}
        with self._explain(UsageError, "读不出"):
            self._system.invalidate_cache()
            listed = self._find() if self._system.exists(self._root) else {}
        for path, info in listed.items():
            name = path[len(self._root) :].lstrip("/")
            if name and not name.endswith("/") and info.get("type") != "directory":
                self._check_name(name)
                found[name] = _mark(info)
        return found

    def _find(self) -> dict[str, dict[str, Any]]:
        """Every file with what is known of it; a folder that cannot be listed is an error and never an empty folder."""
        from fsspec.asyn import AsyncFileSystem
        from fsspec.spec import AbstractFileSystem

        kind = type(self._system)
        if getattr(kind, "_find", kind.find) in (AbstractFileSystem.find, AsyncFileSystem._find):
            return dict(self._walk(self._root))  # theirs passes over what it cannot list
        found: dict[str, dict[str, Any]] = self._system.find(self._root, detail=True)  # one request lists all
        return found

    def _walk(self, folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for info in self._system.ls(folder, detail=True):
            name = str(info["name"]).rstrip("/")
            if name == folder:
                continue
            if info["type"] == "directory":
                yield from self._walk(name)
            else:
                yield name, info

    def fetch(self, name: str, path: Path) -> None:
        """Writes a file of the storage to a path, which is whole or not there.

        Raises:
            UsageError: It cannot be fetched.
        """
        half = path.with_name(f"{path.name}{HALF}")
        with self._explain(UsageError, f"取不到 {name}："):
            self._system.get_file(self._locate(name), str(half))
        half.replace(path)

    def send(self, path: Path, name: str) -> None:
        """Writes a file to the storage in place of what is there.

        Raises:
            CannotWriteError: It cannot be written.
        """
        place = self._locate(name)
        with self._explain(CannotWriteError, f"没有送到 {name}："):
            self._system.makedirs(place.rpartition("/")[0], exist_ok=True)
            self._system.put_file(str(path), place)

    def remove(self, name: str) -> None:
        """Removes a file.

        Raises:
            CannotWriteError: It cannot be removed.
        """
        with self._explain(CannotWriteError, f"没有删去 {name}："):
            self._system.rm_file(self._locate(name))

    def _locate(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _check_name(self, name: str) -> None:
        if {"", ".", ".."} & {*name.split("/")} or (os.name == "nt" and {*'\\:*?"<>|'} & {*name}):
            raise UsageError(f"网址 {self.url} 下面的“{name}”在这台电脑上不能作文件名。请改名后再运行。")

    @contextmanager
    def _explain(self, kind: type[UsageError | CannotWriteError], what: str) -> Iterator[None]:
        try:
            yield
        except VillageNoticeError:
            raise
        except ImportError as error:
            raise UsageError(
                f"还没有装打开 {urlsplit(self.url.text).scheme}:// 要用的库（{error}）。"
                "请运行 pip install 'village-notice[storage]'，再装这种存储的库，如 s3fs、ossfs、webdav4。"
            ) from error
        except Exception as error:  # each kind of storage has its own errors
            raise kind(f"{what} {self.url}（{error}）。请检查网址、网络和密钥后再运行一次，会接着做。") from error


HALF = ".正在取"
"""Ends the name of a file while it is fetched."""


def _mark(info: dict[str, Any]) -> str:
    marks = [f"{key}={info[key]}" for key in _MARKS if info.get(key) is not None]
    return "|".join([f"size={info.get('size')}", *marks]) if marks else ""

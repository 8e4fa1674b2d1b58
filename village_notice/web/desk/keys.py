"""The desk's password and the secret that signs its cookies, kept in the office folder; the password only as a hash."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from werkzeug.security import check_password_hash, generate_password_hash

from village_notice.errors import CannotWriteError, SettingsError, UsageError

FILE_NAME = "desk.json"
_SHORTEST = 8
_METHOD = "scrypt"


@dataclass(frozen=True, slots=True)
class DeskKeys:
    """Hash of the password, and the secret."""

    password_hash: str
    secret: str

    def is_password(self, text: str) -> bool:
        """Whether this is the password; takes as long for a wrong one."""
        return check_password_hash(self.password_hash, text)


def read_keys(home: Path) -> DeskKeys | None:
    """The keys of an office, None where no password was ever set.

    Raises:
        SettingsError: The file is damaged.
    """
    path = home / FILE_NAME
    if not path.is_file():
        return None
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return DeskKeys(str(values["password"]), str(values["secret"]))
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsError(f"{path} 已损坏。请删除它，再用 --set-password 重新设密码。") from error


def set_password(home: Path, password: str) -> DeskKeys:
    """Keeps a new password and a new secret: whoever was logged in is logged out.

    Raises:
        UsageError: The password is too short.
        CannotWriteError: The office folder cannot be written.
    """
    if len(password) < _SHORTEST:
        raise UsageError(f"密码太短，至少 {_SHORTEST} 个字符。请换一个长一点的。")
    keys = DeskKeys(generate_password_hash(password, method=_METHOD), secrets.token_hex(32))
    path = home / FILE_NAME
    made = path.with_suffix(".new")
    try:
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
            json.dump({"password": keys.password_hash, "secret": keys.secret}, stream)
        made.replace(path)
    except OSError as error:
        raise CannotWriteError(f"{path} 写不进（{error.strerror}）。请检查办公文件夹的权限。") from error
    return keys

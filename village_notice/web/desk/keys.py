"""The desk's passwords and the secret that signs its cookies, kept in the office folder; passwords only as hashes.

One password for all, or, once a clerk has one of their own, one for each: then only they get in, under their own name.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from werkzeug.security import check_password_hash, generate_password_hash

from village_notice.domain.printed import print_name
from village_notice.errors import CannotWriteError, SettingsError, UsageError

FILE_NAME = "desk.json"
_SHORTEST = 8
_LONGEST_CLERK = 12
_METHOD = "scrypt"
_NOBODY = generate_password_hash(secrets.token_hex(16), method=_METHOD)
"""What a password is compared with where there is none: an unknown name must not answer faster than a wrong password."""


@dataclass(frozen=True, slots=True)
class DeskKeys:
    """Hash of the password, the secret, and clerk → hash of a password of their own."""

    password_hash: str
    secret: str
    clerks: Mapping[str, str] = field(default_factory=dict)

    def is_password(self, text: str, clerk: str = "") -> bool:
        """Whether this is the password, of this clerk where clerks have their own; takes as long for a wrong one."""
        known = self.clerks.get(clerk, "") if self.clerks else self.password_hash
        return check_password_hash(known or self.password_hash or _NOBODY, text) and bool(known)


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
        clerks = {str(name): str(text) for name, text in values.get("clerks", {}).items()}
        return DeskKeys(str(values["password"]), str(values["secret"]), clerks)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(f"{path} 已损坏。请删除它，再用 --set-password 重新设密码。") from error


def set_password(home: Path, password: str, clerk: str = "") -> DeskKeys:
    """Keeps a new password, of one clerk or of all; that of all comes with a new secret, which ends every session.

    Raises:
        UsageError: The password is too short.
        CannotWriteError: The office folder cannot be written.
    """
    if len(password) < _SHORTEST:
        raise UsageError(f"密码太短，至少 {_SHORTEST} 个字符。请换一个长一点的。")
    clerk = clean_clerk(clerk)
    hashed, known = generate_password_hash(password, method=_METHOD), read_keys(home)
    if not clerk:
        return _write(home, DeskKeys(hashed, secrets.token_hex(32)))
    keys = known or DeskKeys("", secrets.token_hex(32))
    return _write(home, replace(keys, clerks=dict(sorted({**keys.clerks, clerk: hashed}.items()))))


def clean_clerk(text: str) -> str:
    """A clerk's name in the form it is kept and compared."""
    return print_name(text.strip())[:_LONGEST_CLERK]


def remove_clerk(home: Path, clerk: str) -> DeskKeys:
    """Takes a clerk's password away.

    Raises:
        UsageError: There is no such clerk, or nobody could get in any more.
        CannotWriteError: The office folder cannot be written.
    """
    keys, clerk = read_keys(home), clean_clerk(clerk)
    if keys is None or clerk not in keys.clerks:
        raise UsageError(f"没有“{clerk}”的密码。现在有：{'、'.join(keys.clerks) if keys else ''}。请核对姓名。")
    clerks = {name: text for name, text in keys.clerks.items() if name != clerk}
    if not clerks and not keys.password_hash:
        raise UsageError(f"去掉“{clerk}”以后谁也进不去了。请先给另一个人设密码。")
    return _write(home, replace(keys, clerks=clerks))


def _write(home: Path, keys: DeskKeys) -> DeskKeys:
    path = home / FILE_NAME
    made = path.with_suffix(".new")
    try:
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
            values = {"password": keys.password_hash, "secret": keys.secret, "clerks": dict(keys.clerks)}
            json.dump(values, stream, ensure_ascii=False)
        made.replace(path)
    except OSError as error:
        raise CannotWriteError(f"{path} 写不进（{error.strerror}）。请检查办公文件夹的权限。") from error
    return keys

"""Finds `templates/` and `data/`: inside the package in a wheel, beside it in a checkout."""

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def find_folder(name: str) -> Path:
    """The folder `templates` or `data` that came with the program.

    Raises:
        FileNotFoundError: The installation is damaged; neither place has it.
    """
    for place in (_PACKAGE / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"安装不完整：找不到 {name} 文件夹，请重新安装 village-notice。")


def find_data(*parts: str) -> Path:
    """The path of a file under `data/`, e.g. `find_data("reference", "villages.csv")`."""
    return find_folder("data").joinpath(*parts)


def find_template(*parts: str) -> Path:
    """The path of a file under `templates/`, e.g. `find_template("notice", "summary.toml")`."""
    return find_folder("templates").joinpath(*parts)

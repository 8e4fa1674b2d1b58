"""A village of the register."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Village:
    """One village or community of the county's register.

    Attributes:
        code: 12 digits, unique. Source: 国家统计局 统计用区划代码.
        name: Short name, ends in 村 or 社区, unique inside its township.
        full_name: The committee's full name as on paper, e.g. 东关村村民委员会.
        township_code: 9 digits.
        township: Name of the township or street.
        manager: 管理单位 that really runs it (开发区), "" where that is the township.
        kind: 村 (under the villagers' committee law) or 社区 (not under it).
    """

    code: str
    name: str
    full_name: str
    township_code: str
    township: str
    manager: str = ""
    kind: Literal["村", "社区"] = "村"

    @property
    def office(self) -> str:
        """The name that decides folders and headings: the manager, else the township."""
        return self.manager or self.township

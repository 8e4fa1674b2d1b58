"""Small libraries that let CPython for Windows and its packages run on Wine 8, written as C and .def files.

Wine has not written the complex functions of the C library that numpy asks for, `bcryptprimitives.dll` that Rust asks
for, nor `python3.dll`, which the wheel with the other files of CPython leaves out. Packages are pointed to the shim by a
name of the same length: Wine answers for `api-ms-win-crt-*` itself, whatever lies in the folder.
"""

import re
import subprocess
import sys
from pathlib import Path

_OLD, _NEW = b"api-ms-win-crt-math-l1-1-0.dll", b"vn-ms-win-crt-math-l1-1-0.dll\0"
_OBJDUMP = "x86_64-w64-mingw32-objdump"
_HEAD = """#include <complex.h>
#include <math.h>
typedef struct {double v[2];} DC; typedef struct {float v[2];} FC;
static double complex td(DC a) {return __builtin_complex(a.v[0], a.v[1]);}
static DC fd(double complex z) {DC r = {{creal(z), cimag(z)}}; return r;}
static float complex tf(FC a) {return __builtin_complex(a.v[0], a.v[1]);}
static FC ff(float complex z) {FC r = {{crealf(z), cimagf(z)}}; return r;}
"""
_LAUNCHER = """#include <stdio.h>
#include <windows.h>
typedef int (*Main)(int, wchar_t **);
int wmain(int count, wchar_t **words) {
    HMODULE python = LoadLibraryW(L"python311.dll");
    return python ? ((Main)GetProcAddress(python, "Py_Main"))(count, words) : 9;
}
"""
_RANDOM = """#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE place, SIZE_T count) {return SystemFunction036(place, count);}
"""


def write_function(name: str) -> str:
    """The function of that name in C as `w_<name>`, "" where Wine has it. Microsoft's long double is a double."""
    if m := re.fullmatch(r"_?c(real|imag|arg|abs)([fl]?)", name):
        kind = ("FC", "float", "tf", "f") if m[2] == "f" else ("DC", "double", "td", "")
        return f"{kind[1]} w_{name}({kind[0]} a) {{return c{m[1]}{kind[3]}({kind[2]}(a));}}"
    if m := re.fullmatch(r"c(cosh?|exp|sinh?|tanh?|pow)([fl]?)", name):
        kind = ("FC", "ff", "tf", "f") if m[2] == "f" else ("DC", "fd", "td", "")
        more, other = (f", {kind[0]} b", f", {kind[2]}(b)") if m[1] == "pow" else ("", "")
        return f"{kind[0]} w_{name}({kind[0]} a{more}) {{return {kind[1]}(c{m[1]}{kind[3]}({kind[2]}(a){other}));}}"
    if m := re.fullmatch(r"(a?(?:sin|cos|tan)h|cbrt|exp2|expm1|log1p|rint|trunc)l", name):
        return f"double w_{name}(double a) {{return {m[1]}(a);}}"
    if name in ("copysignl", "nextafterl"):
        return f"double w_{name}(double a, double b) {{return {name[:-1]}(a, b);}}"
    return ""


def list_asked(folder: Path) -> list[str]:
    """The functions that libraries under a folder take from the C library's mathematics."""
    asked = set()
    for path in find_libraries(folder):
        text = subprocess.run([_OBJDUMP, "-p", path], capture_output=True, text=True, check=True).stdout
        for block in text.split("DLL Name: ")[1:]:
            if block.lower().startswith(_OLD.decode()):
                asked |= set(re.findall(r"^\s+[0-9a-f]+\s+(?:\d+|<none>)\s+(?:[0-9a-f]+\s+)?(\w+)$", block, re.M))
    return sorted(asked)


def list_exports(library: Path) -> list[str]:
    """What a library offers by name."""
    text = subprocess.run([_OBJDUMP, "-p", library], capture_output=True, text=True, check=True).stdout
    table = text.split("[Ordinal/Name Pointer] Table", 1)[1]
    return re.findall(r"\[\s*\d+\].*?(\w+)$", table.split("\n\n", 1)[0], re.M)


def find_libraries(folder: Path) -> list[Path]:
    """Every library that may be pointed elsewhere."""
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".pyd", ".dll") and p.is_file())


def main(python: Path, work: Path) -> None:
    """Writes the sources into `work`, and points the packages under `python` to the shim."""
    asked = [(name, write_function(name)) for name in list_asked(python)]
    (work / "math.c").write_text(_HEAD + "\n".join(code for _, code in asked))
    lines = [f"{name}=w_{name}" if code else f"{name}=ucrtbase.{name}" for name, code in asked]
    (work / "math.def").write_text("LIBRARY vn-ms-win-crt-math-l1-1-0.dll\nEXPORTS\n" + "\n".join(lines))
    forwards = [f"{name}=python311.{name}" for name in list_exports(python / "python311.dll")]
    (work / "python3.def").write_text("LIBRARY python3.dll\nEXPORTS\n" + "\n".join(forwards))
    (work / "empty.c").write_text("int empty(void) {return 0;}\n")
    (work / "launcher.c").write_text(_LAUNCHER)
    (work / "random.c").write_text(_RANDOM)
    for path in find_libraries(python):
        before = path.read_bytes()
        if _OLD in before:
            path.write_bytes(before.replace(_OLD, _NEW))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

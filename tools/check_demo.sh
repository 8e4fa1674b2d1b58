#!/usr/bin/env bash
# Looks at what `make demo` left, with tools of others: the files are there, the paper can be read, the packages verify.
set -euo pipefail
demo=$1
out="$demo/结果"
bin=${BIN:-.venv/bin}
for file in 内部资料_不得外传/payments.csv 内部资料_不得外传/问题清单.xlsx 内部资料_不得外传/全市汇总.xlsx \
  公开/全市汇总_公开版.xlsx 公开/查询.db; do
  test -s "$out/$file" || { echo "missing: $file"; exit 1; }
done
cmp -s -n 3 "$out/内部资料_不得外传/payments.csv" <(printf '\xef\xbb\xbf') || { echo "payments.csv has no BOM"; exit 1; }
paper=$(find "$out/公开" -name '*汇总公开.pdf' -not -path '*/档案/*' -print -quit)
words=$(pdftotext -layout "$paper" -)
case "$words" in *合计*) ;; *) echo "cannot read $paper"; exit 1 ;; esac
count=$(find "$out/公开" -name '*明细公开.pdf' -not -path '*/档案/*' | wc -l)
test "$count" -gt 0 || { echo "no lists of names"; exit 1; }
verdict=$("$bin/village-notice" verify "$out/公开")
echo "${verdict##*$'\n'}"
"$bin/village-notice" query 王 --db "$out/公开/查询.db" --limit 1
leaks=$(find "$out/公开" -type f -print0 | xargs -0 grep -lE '379999[0-9]{11}[0-9X]|629999[0-9]{13}' || true)
test -z "$leaks" || { echo "a private number left the office: $leaks"; exit 1; }
echo "demo: all looked at"

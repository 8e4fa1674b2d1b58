"""What a drawing worker imports before its first village."""

import subprocess
import sys

_NOT_NEEDED = ("pandas", "pyarrow", "openpyxl", "sqlalchemy", "lxml", "pypdfium2", "http.client", "reportlab.pdfbase")


def test_a_drawing_worker_starts_without_data_frames():
    code = f"import sys, village_notice.publish; print([m for m in {_NOT_NEEDED} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stdout.strip() == "[]"

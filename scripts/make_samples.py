#!/usr/bin/env python3
"""Make the sample filings that ship with the program from a folder in EDGAR's layout.

    scripts/make_samples.py FOLDER

FOLDER holds Archives/edgar/data/CIK/ACCESSION/… and a MANIFEST.tsv with a header line that names at least
path, ticker, form, period, sha256 and note. Its "filed YYYY-MM-DD" becomes the date of filing, unless it is
marked as approximate. Writes
finchat_sec_qa/samples/data/*.xz and finchat_sec_qa/samples/manifest.json; equal input gives equal files.
"""

import csv
import hashlib
import json
import lzma
import re
import sys
from pathlib import Path

SAMPLES = Path(__file__).resolve().parent.parent / "finchat_sec_qa" / "samples"
MAX_TOTAL = 3_000_000  # bytes of all compressed files: the package stays small

# Four companies of different style: iXBRL by different makers, fiscal years ending in January, May,
# September and December; annual and quarterly reports of at least two fiscal years each.
CHOSEN = (
    ("Apple Inc.", "320193/000032019324000123/aapl-20240928.htm"),
    ("Apple Inc.", "320193/000032019323000077/aapl-20230701.htm"),
    ("Apple Inc.", "320193/000032019324000081/aapl-20240629.htm"),
    ("Apple Inc.", "320193/000032019325000073/aapl-20250628.htm"),
    ("NVIDIA Corporation", "1045810/000104581025000023/nvda-20250126.htm"),
    ("NVIDIA Corporation", "1045810/000104581024000029/nvda-20240128.htm"),
    ("NVIDIA Corporation", "1045810/000104581023000175/nvda-20230730.htm"),
    ("NVIDIA Corporation", "1045810/000104581025000209/nvda-20250727.htm"),
    ("The Coca-Cola Company", "21344/000002134425000011/ko-20241231.htm"),
    ("The Coca-Cola Company", "21344/000002134424000009/ko-20231231.htm"),
    ("The Coca-Cola Company", "21344/000002134423000048/ko-20230630.htm"),
    ("NIKE, Inc.", "320187/000032018725000047/nke-20250531.htm"),
    ("NIKE, Inc.", "320187/000032018724000044/nke-20240531.htm"),
    ("NIKE, Inc.", "320187/000032018723000052/nke-20230831.htm"),
)


def main() -> int:
    """Write the samples; 0 when all is well."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    with (folder / "MANIFEST.tsv").open(encoding="utf-8", newline="") as stream:
        rows = {row["path"]: row for row in csv.DictReader(stream, delimiter="\t")}
    data = SAMPLES / "data"
    data.mkdir(exist_ok=True)
    for old in data.glob("*.xz"):
        old.unlink()
    entries = [write_sample(folder, rows, company, tail) for company, tail in CHOSEN]
    total = sum((data / str(entry["file"])).stat().st_size for entry in entries)
    if total > MAX_TOTAL:
        print(f"{total:,} bytes are more than {MAX_TOTAL:,}: choose fewer filings", file=sys.stderr)
        return 1
    text = json.dumps({"filings": entries}, indent=2, ensure_ascii=False) + "\n"
    (SAMPLES / "manifest.json").write_text(text, encoding="utf-8")
    print(f"{len(entries)} filings, {total:,} bytes compressed")
    return 0


def write_sample(folder: Path, rows: dict[str, dict[str, str]], company: str, tail: str) -> dict[str, object]:
    """Compress one document and describe it."""
    path = f"Archives/edgar/data/{tail}"
    row = rows[path]
    content = (folder / path).read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    if row["sha256"] != sha256:
        raise SystemExit(f"{path} has SHA-256 {sha256}, MANIFEST.tsv says {row['sha256']}")
    cik, accession, name = tail.split("/")
    filed = re.search(r"filed (\d{4}-\d{2}-\d{2})(?!.*approx)", row["note"])
    packed = lzma.compress(content, preset=9 | lzma.PRESET_EXTREME)
    (SAMPLES / "data" / f"{name}.xz").write_bytes(packed)
    return {
        "file": f"{name}.xz",
        "name": name,
        "company": company,
        "ticker": row["ticker"],
        "cik": cik.zfill(10),
        "accession": f"{accession[:10]}-{accession[10:12]}-{accession[12:]}",
        "form": row["form"],
        "period": row["period"],
        "filed": filed.group(1) if filed else None,
        "url": f"https://www.sec.gov/{path}",
        "sha256": sha256,
        "size": len(content),
    }


if __name__ == "__main__":
    sys.exit(main())

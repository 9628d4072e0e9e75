"""audit_report.py LIST REPORT: what pip-audit's JSON report tells of a list of requirements.

Ends with 1 for a known weakness, and with 2 when the advisory service was not reached: pip-audit passes over a package
that the service does not know, and all of them when it gets no answer.
"""

import json
import sys
from pathlib import Path


def main(name: str, report: Path) -> int:
    text = report.read_text()
    packages = json.loads(text)["dependencies"] if text.strip() else []
    asked = [one for one in packages if "skip_reason" not in one]
    if not asked:
        return 2
    weak = [(one["name"], one["version"], known["id"]) for one in asked for known in one["vulns"]]
    print(f"{name}: {len(asked)} packages asked about, {len(weak)} known weaknesses")
    for package in weak:
        print("  ", *package)
    if len(asked) < len(packages):
        print("   unknown to the service:", *(one["name"] for one in packages if one not in asked))
    return 1 if weak else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))

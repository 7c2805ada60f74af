"""Running `geo-merge recode`, and a crosswalk of codes with letters and leading zeros."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from geo_merge.cli.main import app
from geo_merge.errors import GeoMergeError

CROSSWALK = """old_code,old_name,old_type,new_code,new_name,new_type,share
01A,Ay,Commune,01A,Ay-le-Neuf,Commune,
01B,Bu,Commune,01A,Ay-le-Neuf,Commune,
02A,Cy,Commune,02A,Cy,Commune,0.75
02A,Cy,Commune,02B,Dy,Commune,0.25
0003,Ey,Commune,02B,Dy,Commune,
0004,Fy,Commune,02B,Dy,Commune,
"""


def recode(given: Path | str, out: Path | None, *options: object) -> tuple[int, str]:
    """Run the command in this process: its exit status, and what it says."""
    to = () if out is None else ("--out", out)
    words = [str(word) for word in ("recode", given, *to, *options)]
    done = CliRunner().invoke(app, words, standalone_mode=False)
    if isinstance(done.exception, GeoMergeError):
        return 2, "\n".join(done.exception.problems)
    if done.exception is not None:
        raise done.exception
    return int(done.return_value), done.stderr

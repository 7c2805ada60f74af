"""What is said in Vietnamese."""

from __future__ import annotations

from geo_merge.texts import TEXTS
from geo_merge.vocabulary.sentence import kinds, row_of


def vietnamese_texts() -> dict[str, str]:
    """Return every Vietnamese text of page, papers and sentences, by where it stands."""
    found = {key: texts[0] for key, texts in TEXTS.items()}
    for check, names in kinds().items():
        for name in (check, *names):
            row = row_of(name)
            found |= {f"{name}:{part}": text["vi"] for part in ("title", "hint")
                      if isinstance(text := row.get(part), dict)}  # fmt: skip
            found |= {name: row["vi"]} if "vi" in row else {}
    return found

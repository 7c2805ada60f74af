"""What a system or a library says of its failures, in the language of whoever reads it."""

from __future__ import annotations

import errno

from geo_merge.wording.sentence import Sentence, sentence

_KINDS = {
    errno.ENOSPC: "system.full", errno.EDQUOT: "system.full",
    errno.EACCES: "system.forbidden", errno.EPERM: "system.forbidden",
    errno.EROFS: "system.read_only", errno.ENOENT: "system.missing",
    errno.ENOTDIR: "system.no_folder", errno.EISDIR: "system.folder",
    errno.EBUSY: "system.busy", errno.ETXTBSY: "system.busy", errno.ENAMETOOLONG: "system.long",
}  # fmt: skip


def reason_of(error: OSError) -> Sentence:
    """Return why the system refused something; in English in its own words."""
    kind = _KINDS.get(error.errno or 0, "system.other")
    return sentence(kind, reason=error.strerror or str(error))


def unexpected(error: Exception) -> Sentence:
    """Return the one sentence for what nobody foresaw."""
    told = f"{error}".splitlines()
    return sentence("system.unexpected", what=type(error).__name__, reason=told[0] if told else "")

"""The slots for files, and the files that a piece of work has already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import streamlit as st

from geo_merge.ui import uploads
from geo_merge.ui.state import Key, t
from geo_merge.ui.tables import plain
from geo_merge.ui.uploads import Upload
from geo_merge.ui.work import Role, Work


@dataclass
class Given:
    """Files that were given since the last run of the page, by their role."""

    layers: Sequence[Upload] = field(default_factory=list)
    reference: Sequence[Upload] = field(default_factory=list)
    crosswalk: Upload | None = None
    declared: Upload | None = None

    @property
    def all(self) -> list[Upload]:
        """All of them."""
        single = [one for one in (self.crosswalk, self.declared) if one is not None]
        return [*self.layers, *self.reference, *single]


def ask(work: Work | None) -> Given:
    """Draw the slots with the files that are there, and return what was given anew."""
    given = Given()
    left, right = st.columns(2, gap="large")
    with left:
        have(work, "layers")
        given.layers = slot_of_layers(
            t("ui.upload_layers", formats=uploads.formats()), "upload_layers"
        )
        have(work, "reference")
        given.reference = slot_of_layers(t("ui.upload_reference"), "upload_reference")
    with right:
        have(work, "crosswalk")
        given.crosswalk = _slot_of_table(t("ui.upload_crosswalk"), "upload_crosswalk")
        have(work, "declared")
        given.declared = _slot_of_table(t("ui.upload_declared"), "upload_declared")
    return given


def next_round() -> None:
    """Empty the slots: what was in them is in the work."""
    st.session_state[Key.ROUND] = st.session_state.get(Key.ROUND, 0) + 1


def key_of(slot: str) -> str:
    """Return the key of a slot, which is another one when it is to be empty again."""
    return f"{slot}_{st.session_state.get(Key.ROUND, 0)}"


def slot_of_layers(
    label: str,
    slot: str,
    *,
    help: str | None = None,  # noqa: A002 - Streamlit's name
) -> Sequence[Upload]:
    """Draw a slot for the files of layers, and return what was given."""
    found: Sequence[Upload] = st.file_uploader(
        label, uploads.LAYER_TYPES, key=key_of(slot), accept_multiple_files=True, help=help
    )
    return found


def _slot_of_table(label: str, slot: str) -> Upload | None:
    found: Upload | None = st.file_uploader(label, uploads.TABLE_TYPES, key=key_of(slot))
    return found


def have(work: Work | None, role: Role) -> None:
    """List the files of a role, each with what removes it."""
    if work is None:
        return
    for path in work.files(role):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(path.name)
            st.button(
                t("intake.remove"), key=f"remove_{role}_{path.name}", icon=":material/delete:",
                on_click=partial(work.remove, role, [path]), type="tertiary",
                help=plain(t("intake.remove_file", file=path.name)),
            )  # fmt: skip

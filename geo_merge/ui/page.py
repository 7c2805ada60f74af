"""The page as Streamlit runs it, for every session and after every click."""

import streamlit as st

from geo_merge.errors import GeoMergeError
from geo_merge.maps.assets import ICON
from geo_merge.ui import gone, headline, map_page, state, store, told
from geo_merge.ui.pages import shown_by
from geo_merge.ui.state import t
from geo_merge.ui.tables import plain
from geo_merge.vocabulary.problems import problems_in

st.set_page_config(page_title="geo_merge", page_icon=str(ICON), layout="wide")
state.start()
page = st.navigation(
    pages := [
        st.Page(map_page.show, title=t("page.map"), icon=":material/map:", default=True,
                url_path="start"),
        st.Page(shown_by("statistics_page"), title=t("page.statistics"),
                icon=":material/bar_chart:", url_path="statistics"),
        st.Page(shown_by("checks_page"), title=t("page.checks"), icon=":material/fact_check:",
                url_path="checks"),
        st.Page(shown_by("plan_page"), title=t("page.plan"), icon=":material/edit_location_alt:",
                url_path="plan"),
        st.Page(shown_by("data_page"), title=t("page.data"), icon=":material/upload_file:",
                url_path="data"),
        st.Page(shown_by("recode_page"), title=t("page.recode"), icon=":material/sync_alt:",
                url_path="recode"),
        st.Page(shown_by("download_page"), title=t("page.download"), icon=":material/download:",
                url_path="download"),
        # The map's own address is that of the whole, which nobody guesses.
        st.Page(map_page.lead, title=t("page.map"), url_path="map", visibility="hidden"),
    ],
    position="top",
)  # fmt: skip
st.session_state[state.Key.PAGES] = {each.url_path or state.MAP: each for each in pages[:-1]}
try:
    headline.top(of_result=page.url_path != "plan")
    page.run()
except store.WorkGoneError:
    gone.show()
except GeoMergeError as error:
    for problem in map(told.on_page, problems_in(error, state.language())):
        st.error(plain(problem), icon=":material/error:")

"""The page as Streamlit runs it, for every session and after every click."""

import streamlit as st

from geo_merge.errors import GeoMergeError
from geo_merge.maps.page import ICON
from geo_merge.ui import (
    checks_page,
    data_page,
    download_page,
    gone,
    headline,
    map_page,
    plan_page,
    recode_page,
    state,
    statistics_page,
    store,
    told,
)
from geo_merge.ui.state import t
from geo_merge.ui.tables import plain
from geo_merge.vocabulary.problems import problems_in

st.set_page_config(page_title="geo_merge", page_icon=str(ICON), layout="wide")
state.start()
page = st.navigation(
    pages := [
        st.Page(map_page.show, title=t("page.map"), icon=":material/map:", default=True,
                url_path="start"),
        st.Page(statistics_page.show, title=t("page.statistics"), icon=":material/bar_chart:",
                url_path="statistics"),
        st.Page(checks_page.show, title=t("page.checks"), icon=":material/fact_check:",
                url_path="checks"),
        st.Page(plan_page.show, title=t("page.plan"), icon=":material/edit_location_alt:",
                url_path="plan"),
        st.Page(data_page.show, title=t("page.data"), icon=":material/upload_file:",
                url_path="data"),
        st.Page(recode_page.show, title=t("page.recode"), icon=":material/sync_alt:",
                url_path="recode"),
        st.Page(download_page.show, title=t("page.download"), icon=":material/download:",
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

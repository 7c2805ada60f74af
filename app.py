"""The page of geo_merge: ``geo-merge app`` or ``streamlit run app.py``."""

import streamlit as st

from geo_merge.ui.sample_page import show

st.set_page_config(page_title="geo_merge", layout="wide")
show()

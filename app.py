"""The page of geo_merge: ``geo-merge app`` or ``streamlit run app.py``."""

import streamlit as st

from geo_merge.ui.server import PAGE, middleware, serving

app = st.App(PAGE, middleware=middleware(), lifespan=serving)

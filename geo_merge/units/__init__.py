"""Layers and crosswalks as units."""

"""Maps to scale on paper: SVG in millimetres."""

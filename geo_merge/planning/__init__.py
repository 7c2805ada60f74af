"""Plans before they are law: who goes where, what it gives, and how two of them differ."""

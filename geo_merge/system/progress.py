"""How long work says where it is."""

from collections.abc import Callable

# Gets each step as it begins, by its name; see `vocabulary.steps`.
Progress = Callable[[str], None]

"""The command line: geo-merge build, validate, stats, export, sample, fetch, app, dossier."""

from __future__ import annotations

import gc
import os
import sys
import warnings

import click

from geo_merge.cli import (
    borders,
    dossier,
    layers,
    lineage,
    merge,
    plan_propose,
    recode,
    resolutions,
    results,
    sheet,
    vietnam,
)
from geo_merge.cli.arguments import told
from geo_merge.cli.options import (
    CANNOT_RUN,
    INTERRUPTED,
    OK,
    lang,
    language_of,
    remember_language,
    say,
    say_problems,
)
from geo_merge.errors import GeoMergeError
from geo_merge.system.closed import close_process
from geo_merge.wording.failures import unexpected
from geo_merge.wording.sentence import sentence

# Objects made before Python looks for cycles among them: of the polygons of a layer none is in one,
# and by default it looks again every 700.
_YOUNG, _MIDDLE = 100_000, 20


class _InOrder(click.Group):
    """Commands, listed in the order in which they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click has it
        """Return the names of the commands."""
        return list(self.commands)


@click.group(cls=_InOrder, context_settings={"show_default": True})
@click.version_option(package_name="geo-merge", message="geo_merge %(version)s")
@lang
def app() -> None:
    """Merge administrative units: new boundaries, and the proof that nothing was lost."""


for _command in (
    merge.build, merge.validate, merge.limits, results.stats, results.export, results.sample,
    vietnam.fetch, results.run_app, layers.convert, layers.dissolve, vietnam.crosswalk,
    vietnam.lookup, dossier.dossier, plan_propose.plan, recode.recode, borders.borders,
    sheet.sheet, resolutions.crosswalk_commands, lineage.lineage,
):  # fmt: skip
    app.add_command(_command)


def _set_up() -> None:
    """Write UTF-8 wherever it goes, and keep what libraries say to programmers from users."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if not sys.warnoptions:  # what readers say of files is caught where they read
        warnings.simplefilter("ignore")


def main() -> None:
    """Run the command line; errors are sentences, and no traceback reaches a user."""
    _set_up()
    gc.set_threshold(_YOUNG, _MIDDLE)
    close_process()
    remember_language(sys.argv[1:])
    try:
        sys.exit(app(standalone_mode=False) or OK)
    except GeoMergeError as error:
        from geo_merge.vocabulary.problems import problems_in  # noqa: PLC0415 - heavy

        say_problems(problems_in(error, language_of()))
        sys.exit(CANNOT_RUN)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        say(*told(error))
        sys.exit(error.exit_code)
    except click.Abort:
        say(sentence("done.interrupted"))
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.exit(OK)
    except Exception as error:
        if os.environ.get("GEO_MERGE_DEBUG"):
            raise
        say(sentence("done.problem", problem=unexpected(error)), sentence("done.traced"))
        sys.exit(CANNOT_RUN)

"""The commands of ``lockstep`` put together, and what is common to all: where the app is, how a refusal is told."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.text import Text
from typer.core import TyperGroup

from lockstep.acts import acts
from lockstep.api import Refused
from lockstep.bulk import go_live, shadow, undo
from lockstep.cost import cost
from lockstep.doctor import doctor
from lockstep.drift import drift
from lockstep.keys import keys, stories
from lockstep.orders import pause, prove, rebase, rebuild, resume, retry
from lockstep.panels import panels
from lockstep.people import people
from lockstep.person import person
from lockstep.plans import held, plan, why
from lockstep.reaching import NotReached, Wished
from lockstep.reports import compare, find, lapses, no_shows, setup, sweep, use
from lockstep.resources import resources
from lockstep.session import Session
from lockstep.settings import settings
from lockstep.showing import err
from lockstep.upkeep import bundle, canary, drill, subscriptions
from lockstep.words import LANGUAGES, language_asked, speak, translate


class Told(TyperGroup):
    """Speaks the language that is asked for, and tells a refusal in one sentence on stderr, with exit code 1."""

    def make_context(self, info_name: Any, args: list[str], parent: Any = None, **extra: Any) -> Any:
        session = extra.get("obj")
        speak(language_asked(args, session.environment if isinstance(session, Session) else os.environ))
        translate(self)
        return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (Refused, NotReached) as error:
            err().print(Text(str(error), style="red"))
            raise typer.Exit(1) from None


app = typer.Typer(
    cls=Told, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Look after Lockstep: what is in step, what is not, and what to do about it.",
)  # fmt: skip


@app.callback()
def reached(
    context: typer.Context,
    url: Annotated[str, typer.Option(help="The app's address. [env LOCKSTEP_URL]")] = "",
    key: Annotated[str, typer.Option(help="A function key; better in the variable LOCKSTEP_KEY.")] = "",
    scope: Annotated[str, typer.Option(help="Sign in with Entra, for this scope. [env LOCKSTEP_SCOPE]")] = "",
    tenant_key: Annotated[str, typer.Option(help="The tenant's key, of several. [env LOCKSTEP_TENANT_KEY]")] = "",
    stack: Annotated[str, typer.Option(help="Ready file of an embedded stack. [env LOCKSTEP_STACK]")] = "",
    language: Annotated[str, typer.Option(help="en, de or fr. [env LC_ALL, LC_MESSAGES, LANG]")] = "",
) -> None:
    """Keep where the app is; it is asked when a command first needs it."""
    if language and language[:2].casefold() not in LANGUAGES:
        raise typer.BadParameter(f"--language can be {', '.join(LANGUAGES)}")
    session = context.obj if isinstance(context.obj, Session) else Session()
    session.wished = Wished(url, key, scope, tenant_key, stack)
    context.obj = session


app.add_typer(resources, name="resources")
app.add_typer(held, name="held")
app.add_typer(person, name="person")
app.add_typer(panels, name="panels")
app.add_typer(keys, name="keys")
app.add_typer(stories, name="stories")
app.add_typer(settings, name="settings")
app.add_typer(people, name="people")
COMMANDS: tuple[Callable[..., None], ...] = (

    doctor,
    plan,
    why,
    retry,
    prove,
    rebuild,
    pause,
    resume,
    subscriptions,
    bundle,
    cost,
    acts,
    canary,
    drift,
    drill,
    undo,
    shadow,
    go_live,
    rebase,
    find,
    compare,
    use,
    no_shows,
    lapses,
    sweep,
    setup,

)  # fmt: skip
for command in COMMANDS:
    app.command()(command)


def run() -> None:
    """The console script."""
    app(prog_name="lockstep")

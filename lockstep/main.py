"""The commands of ``lockstep`` put together, and what is common to all: where the app is, how a refusal is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.text import Text
from typer.core import TyperGroup

from lockstep.acts import acts
from lockstep.api import Refused
from lockstep.cost import cost
from lockstep.doctor import doctor
from lockstep.drift import drift
from lockstep.orders import pause, prove, rebuild, resume, retry
from lockstep.panels import panels
from lockstep.person import person
from lockstep.plans import held, plan, why
from lockstep.reaching import NotReached, Wished
from lockstep.resources import resources
from lockstep.session import Session
from lockstep.showing import err
from lockstep.upkeep import bundle, canary, drill, subscriptions


class Told(TyperGroup):
    """Tells a refusal in one sentence on stderr, with exit code 1."""

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
) -> None:
    """Keep where the app is; it is asked when a command first needs it."""
    session = context.obj if isinstance(context.obj, Session) else Session()
    session.wished = Wished(url, key, scope, tenant_key, stack)
    context.obj = session


app.add_typer(resources, name="resources")
app.add_typer(held, name="held")
app.add_typer(person, name="person")
app.add_typer(panels, name="panels")
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

)  # fmt: skip
for command in COMMANDS:
    app.command()(command)


def run() -> None:
    """The console script."""
    app(prog_name="lockstep")

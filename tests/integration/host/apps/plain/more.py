"""A blueprint with timers."""

import os
from pathlib import Path

import azure.functions as func

blueprint = func.Blueprint()  # type: ignore[no-untyped-call]  # azure-functions is typed in part


@blueprint.timer_trigger(arg_name="timer", schedule="%NIGHTLY%", run_on_startup=False)
async def nightly(timer: func.TimerRequest, context: func.Context) -> None:
    _note(f"nightly {timer.past_due}")


@blueprint.function_name("every_second")
@blueprint.timer_trigger(arg_name="timer", schedule="* * * * * *")
def often(timer: func.TimerRequest) -> None:
    _note("second")


def _note(line: str) -> None:
    with Path(os.environ["TIMER_LOG"]).open("a") as log:
        log.write(line + "\n")

"""Who stands alone is never judged: leaving those out changes no verdict, whatever the policy and the gap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.booking import Side
from shared.domain.conflicts import Claim, crowded, judge
from shared.domain.ids import MappingId
from shared.domain.policy import Policy, Winner
from shared.domain.spans import Span

DAWN = datetime(2026, 3, 2, 22, tzinfo=UTC)

POLICIES = st.builds(
    Policy, winner=st.sampled_from(Winner), units=st.integers(1, 3), buffer_minutes=st.sampled_from((0, 5, 30))
)


@st.composite
def claims(draw: st.DrawFn) -> list[Claim]:
    """Return claims around a midnight, of every length from none to half a day, in no order."""
    return [
        Claim(
            MappingId(f"m{number}"),
            _span(draw(st.integers(0, 200)), draw(st.sampled_from((0, 1, 5, 30, 720)))),
            draw(st.sampled_from(Side)),
            DAWN - timedelta(minutes=draw(st.integers(0, 3))),
            DAWN - timedelta(minutes=draw(st.integers(0, 3))),
            contested=draw(st.booleans()),
            is_block=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 12)))
    ]


def _span(after: int, minutes: int) -> Span:
    start = DAWN + timedelta(minutes=after)
    return Span(start, start + timedelta(minutes=minutes))


@given(claims(), POLICIES)
def test_leaving_out_who_stands_alone_changes_no_verdict(given_claims: list[Claim], policy: Policy) -> None:
    touching = crowded([claim.span for claim in given_claims], policy.gap)
    few = [claim for place, claim in enumerate(given_claims) if place in touching]
    assert judge(few, policy) == judge(given_claims, policy)


@given(claims(), st.sampled_from((0, 5, 30)))
def test_crowded_are_exactly_those_that_touch_another(given_claims: list[Claim], gap: int) -> None:
    spans = [claim.span for claim in given_claims if claim.span.start < claim.span.end]
    pause = timedelta(minutes=gap)
    overlapping = {
        place
        for place, span in enumerate(spans)
        if any(span.overlaps(other, pause) for at, other in enumerate(spans) if at != place)
    }
    assert crowded(spans, pause) == overlapping

"""Asking a scenario and the bare view in turn, and what came of it."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median, quantiles
from time import perf_counter

from PIL import Image

from tests.bench.bare import ADDRESS
from tests.bench.browser import Browser
from tests.bench.scenarios import screenshot

WARM_UP = 6  # answers of each kind before the watch runs: every process has its templates and plans by then
LEAST = 5  # answers of what is asked a fifth as often


@dataclass(frozen=True)
class Figures:
    """What one scenario cost at one size: seconds of each answer, and of the bare view's beside them."""

    seconds: Sequence[float]
    bare: Sequence[float] = ()
    queries: int = 0
    size: int = 0

    @property
    def p50(self) -> float:
        return median(self.seconds)

    @property
    def p95(self) -> float:
        return quantiles(self.seconds, n=20, method="inclusive")[-1]

    @property
    def ratio_to_bare(self) -> float | None:
        return self.p50 / median(self.bare) if self.bare else None


class Failed(Exception):
    """A scenario got an answer that it should not get, or found nothing to ask for."""


def warm_up(browser: Browser) -> None:
    """Let each process of the server answer once, on a connection of its own."""
    for _ in range(2 * WARM_UP):
        browser.close()
        for address in (ADDRESS, "/", "/tiket/"):
            browser.get(address)


def measured(scenario, browser: Browser, rounds: int) -> Figures:
    """Ask so often, and the bare view as often in between."""
    rounds = max(LEAST, rounds // 5) if scenario.is_slow else rounds
    warm = min(WARM_UP, rounds)
    answers, bare = [], []
    for answer in islice(scenario.answers(browser), warm + rounds):
        if answer.status_code >= 400:
            raise Failed(f"{scenario.name}: answered {answer.status_code}")
        answers.append(answer)
        bare.append(browser.get(ADDRESS))
    counted = answers[warm:]
    if not counted:
        raise Failed(f"{scenario.name}: nothing to ask for")
    return Figures(
        seconds=[answer.seconds for answer in counted],
        bare=[answer.seconds for answer in bare[warm:]],
        queries=max(answer.queries for answer in counted),
        size=max(len(answer.content) for answer in counted),
    )


def bare_view(browser: Browser, rounds: int) -> Figures:
    """The bare view by itself."""
    answers = [browser.get(ADDRESS) for _ in range(WARM_UP + rounds)][WARM_UP:]
    seconds = [answer.seconds for answer in answers]
    return Figures(seconds, seconds, answers[-1].queries, len(answers[-1].content))


def decode_and_encode(rounds: int) -> Figures:
    """The screenshot read and written again, with nothing around it: the measure of filing (DESIGN section 9)."""
    seconds = []
    for _ in range(rounds):
        begun = perf_counter()
        with Image.open(io.BytesIO(screenshot())) as picture:
            picture.load()
            picture.save(io.BytesIO(), "PNG")
        seconds.append(perf_counter() - begun)
    return Figures(seconds, size=len(screenshot()))

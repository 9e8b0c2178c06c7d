"""Real processes: no limit is missed, whatever goes and comes back. The full run: `python -m tests.processes.full`."""

import pytest

from tests.processes import scenes
from tests.processes.office import office_in_one_file, office_of_many

pytestmark = pytest.mark.slow


@pytest.mark.postgres
@pytest.mark.redis
def test_two_of_each_process_flag_each_row_once_and_in_time_whatever_goes_and_comes_back(tmp_path):
    with office_of_many(tmp_path, SOPDESK_SWEEP_EVERY="3") as office:
        ports = [office.web()[1] for _ in range(2)]
        workers, beats = [office.worker() for _ in range(2)], [office.beat() for _ in range(2)]
        found = {"rush": scenes.rush(office, ports, count=1_000, seconds=30)}
        found["workers away"], workers = scenes.workers_away(office, workers, count=200)
        found["redis emptied"] = scenes.redis_emptied(office, count=100, seconds=4)
        found["redis restarted"] = scenes.redis_restarted(office, count=100, seconds=4, times=2)
        found["workers killed"], workers = scenes.workers_killed(office, workers, count=400)
        found["beats killed"], _ = scenes.beats_killed(office, beats, count=50)

        assert {name: str(figures) for name, figures in found.items() if not figures.is_flawless} == {}, office.tell()
        assert office.ask("limits_differ") == []
        assert max(found["rush"].pages) < 10


def test_an_embedded_office_catches_up_after_every_power_cut(tmp_path):
    with office_in_one_file(tmp_path, SOPDESK_SWEEP_EVERY="2") as office:
        found, unfinished = scenes.power_cuts(office, count=500, cuts=2)

        assert unfinished > 0
        assert found.is_flawless, f"{found}{office.tell()}"
        assert office.ask("limits_differ") == []

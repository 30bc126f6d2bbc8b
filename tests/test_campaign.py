"""Long trials of every input of a float type: in pieces, stopped, resumed, on processes and on a cluster."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from symgrad.checker import campaign
from symgrad.checker.campaign import complete
from symgrad.core import SymgradError, UnsupportedError
from symgrad.pipeline.accuracy import quantity

if TYPE_CHECKING:
    from pathlib import Path


def job(piece: int = 2**13, name: str = "silu") -> campaign.Job:
    made = quantity(name, 1)
    return campaign.Job(made.name, made.code, made.truth, "float16", limit=0.25, piece=piece)


def test_a_long_job_in_pieces_is_the_whole(tmp_path: Path) -> None:
    whole = complete(job(2**16), executor=ThreadPoolExecutor(1))
    seen: list[tuple[int, int]] = []

    found = complete(
        job(), executor=ThreadPoolExecutor(2), resume=tmp_path / "job.json", report=lambda *n: seen.append(n)
    )

    assert found == whole
    assert seen[-1] == (8, 8)
    assert pickle.loads(pickle.dumps(job())).key == job().key  # noqa: S301 - our own


def test_pieces_may_come_in_any_order() -> None:
    long = job(2**5)
    numbers = list(range(1480, 1500))  # where a quarter of a last digit is often lost
    pieces = {n: campaign.piece(long, n) for n in numbers}
    ends = []
    for order in (numbers, numbers[::-1], [*numbers[::2], *numbers[::-2]]):
        progress = campaign.Progress(long.key)
        for n in order:
            progress = campaign.added(progress, n, pieces[n], long)
        assert progress.found is not None
        ends.append([(f.failure, f.low, f.high, f.count) for f in progress.found.faults])

    assert ends[0] == ends[1] == ends[2] != []


class Cluster(Executor):
    """Like Dask's executor it does not tell how many workers it has."""

    def __init__(self) -> None:
        self.worker = ThreadPoolExecutor(1)
        self.handed: list[Future[Any]] = []

    def submit(self, *job: Any, **options: Any) -> Any:
        self.handed.append(self.worker.submit(*job, **options))
        return self.handed[-1]

    def shutdown(self, *_: Any, **__: Any) -> None:
        self.worker.shutdown()


def test_a_cluster_gets_all_pieces_and_a_stop_withdraws_them() -> None:
    def stop(_done: int, _of: int) -> None:
        raise KeyboardInterrupt

    with Cluster() as cluster, pytest.raises(KeyboardInterrupt):
        complete(job(), executor=cluster, report=stop)

    assert len(cluster.handed) == job().pieces
    assert any(f.cancelled() for f in cluster.handed)


def test_a_stopped_job_goes_on_where_it_was(tmp_path: Path) -> None:
    file = tmp_path / "job.json"

    def stop(done: int, _: int) -> None:
        if done >= 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), ThreadPoolExecutor(1) as pool:
        complete(job(), executor=pool, resume=file, report=stop)
    before = len(json.loads(file.read_text("utf-8"))["done"])
    seen: list[int] = []
    again = str(file)
    found = complete(job(), executor=ThreadPoolExecutor(1), resume=again, report=lambda done, _: seen.append(done))

    assert 3 <= before < 8
    assert seen[0] > before
    assert found == complete(job(), executor=ThreadPoolExecutor(1))


LONG = """
from symgrad.checker import campaign
from symgrad.pipeline.accuracy import quantity
from pathlib import Path
import sys

if __name__ == "__main__":
    made = quantity("relu", 0)
    job = campaign.Job(made.name, made.code, made.truth, "float32", piece=2**14)
    campaign.complete(job, resume=Path(sys.argv[1]), report=lambda *_: print("done", flush=True))
"""


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
@pytest.mark.parametrize(
    "stop", ["interrupt", *(pytest.param(s, marks=pytest.mark.slow) for s in ("interrupt one", "kill"))]
)
def test_a_stop_ends_a_job_and_its_processes_each_time(tmp_path: Path, stop: str) -> None:
    program, file = tmp_path / "long.py", tmp_path / "job.json"
    program.write_text(LONG, "utf-8")
    done = []
    for _ in range(1 if stop == "kill" else 2):
        with subprocess.Popen(  # noqa: S603 - the program above
            [sys.executable, str(program), str(file)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as running:
            assert running.stdout is not None
            assert running.stdout.readline() == b"done\n"
            if stop == "interrupt":
                os.killpg(running.pid, signal.SIGINT)
            else:
                running.send_signal(signal.SIGKILL if stop == "kill" else signal.SIGINT)
            running.communicate(timeout=5)  # which also waits until no worker holds the output any more
        assert running.returncode != 0
        done.append(len(json.loads(file.read_text("utf-8"))["done"]))

    assert 0 < done[0] < done[-1] or stop == "kill"


def test_a_file_that_cannot_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match="can't be written"):
        complete(job(), executor=Cluster(), resume=tmp_path / "no such folder" / "job.json")


def test_a_half_written_file_beside_is_no_matter(tmp_path: Path) -> None:
    (tmp_path / "job.json.part").write_text('{"key": "hal', "utf-8")

    assert complete(job(), executor=ThreadPoolExecutor(1), resume=tmp_path / "job.json").inputs > 60_000


@pytest.mark.slow
def test_a_process_that_dies_is_told() -> None:
    with pytest.raises(SymgradError, match="a process of the pool died"):
        campaign.on_processes(replace(job(), code=Deadly()), workers=1)


class Deadly:
    """Code that takes its process with it."""

    def __call__(self, _: Any) -> Any:
        os._exit(3)


def test_a_file_of_another_job_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "job.json"
    file.write_text("{}", "utf-8")
    with pytest.raises(UnsupportedError, match="not a half-finished job"):
        complete(job(), executor=ThreadPoolExecutor(1), resume=file)
    campaign.keep(campaign.Progress("another"), file)
    with pytest.raises(UnsupportedError, match="belongs to another job"):
        complete(job(), executor=ThreadPoolExecutor(1), resume=file)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of distributed, about ports and the event loop
def test_several_jobs_run_on_a_dask_cluster_of_processes() -> None:
    distributed, dask = pytest.importorskip("distributed"), pytest.importorskip("dask")
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),  # else four workers have to die
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        for name in ("silu", "tanh"):
            found = complete(job(name=name), executor=client.get_executor())

            assert found == complete(job(name=name), executor=ThreadPoolExecutor(1))
        with pytest.raises(SymgradError, match="a process of the pool died"):
            complete(replace(job(), code=Deadly()), executor=client.get_executor())


@pytest.mark.slow
def test_a_job_runs_on_processes() -> None:
    assert complete(job()) == complete(job(), executor=ThreadPoolExecutor(1))

"""The villagers' page under load: `python bench/bench_serve.py --db FILE [--rate 200] [--seconds 60]`; prints a table.

The server runs in a process of its own, without limits; half of the requests are pages of villages, half searches. In
the end it is killed in the middle of its work, started again on the same port, and must answer.
"""

import argparse
import http.client
import multiprocessing
import os
import signal
import sqlite3
import statistics
import threading
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlencode

HOST, PORT = "127.0.0.1", 8765
LIMITLESS = 10**9


def run_server(db: Path) -> None:
    """Serves until it is killed."""
    from waitress import create_server

    from village_notice.settings import Settings
    from village_notice.web.limits import Limits
    from village_notice.web.public.app import PublicSite, create_app

    limits = Limits(LIMITLESS, LIMITLESS, LIMITLESS, LIMITLESS)
    site = PublicSite(db, Settings(public_person_search=True), frozenset({f"{HOST}:{PORT}"}), limits)
    create_server(create_app(site), host=HOST, port=PORT, threads=8, ident=None).run()


def start_server(db: Path) -> multiprocessing.Process:
    """A server that answers."""
    server = multiprocessing.get_context("spawn").Process(target=run_server, args=(db,), daemon=True)
    server.start()
    for _ in range(100):
        try:
            with closing(http.client.HTTPConnection(HOST, PORT, timeout=2)) as connection:
                connection.request("GET", "/")
                if connection.getresponse().status == 200:
                    return server
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server does not answer")


def list_addresses(db: Path) -> list[str]:
    """Addresses of the villages' years."""
    with closing(sqlite3.connect(db)) as database:
        query = "SELECT v.township, v.name, e.year FROM edition e JOIN village v ON v.id = e.village_id LIMIT 200"
        return [quote(f"/v/{township}/{village}/{year}") for township, village, year in database.execute(query)]


def ask(connection: http.client.HTTPConnection, number: int, addresses: list[str]) -> int:
    """The status of one request."""
    address = addresses[number % len(addresses)]
    if number % 2:
        words = urlencode({"words": ("王建国", "wjg", "建国", "li")[number // 2 % 4]})
        connection.request("POST", f"{address}/person", words, {"Content-Type": "application/x-www-form-urlencoded"})
    else:
        connection.request("GET", address)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def load(addresses: list[str], rate: int, seconds: int, workers: int = 16) -> tuple[list[float], list[int]]:
    """Milliseconds from when each request was due until it was answered, and statuses that are not 200."""
    times: list[float] = []
    bad: list[int] = []
    start = time.perf_counter() + 0.2

    def work(first: int) -> None:
        with closing(http.client.HTTPConnection(HOST, PORT, timeout=10)) as connection:
            for number in range(first, rate * seconds, workers):
                due = start + number / rate
                time.sleep(max(0.0, due - time.perf_counter()))
                status = ask(connection, number, addresses)
                times.append((time.perf_counter() - due) * 1000)
                if status != 200:
                    bad.append(status)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, bad


def main() -> None:
    """Loads the page and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--db", type=Path, required=True, help="database, e.g. of bench_query.py")
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    before = options.db.read_bytes()
    server = start_server(options.db)
    times, bad = load(list_addresses(options.db), options.rate, options.seconds)
    p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
    print(f"{len(times)} requests at {options.rate}/s: median {p50:.1f} ms, p99 {p99:.1f} ms, errors {len(bad)}")
    os.kill(server.pid or 0, signal.SIGKILL)
    server.join()
    again = start_server(options.db)
    again.terminate()
    print(f"killed and started again: answers; database unchanged: {options.db.read_bytes() == before}")


if __name__ == "__main__":
    main()

"""`python -m tests.bench`: measure, and print the tables. `--help` tells the options."""

import os
import platform
import sys
import tempfile
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from time import monotonic

import django

DATABASES = {"postgres": "PostgreSQL", "sqlite": "SQLite"}
SIZES = "1000,10000,100000"


def main():
    options = asked()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
    with tempfile.TemporaryDirectory() as nowhere:  # this process asks addresses of Django, and no database
        os.environ |= {"SOPDESK_DATA": nowhere, "DATABASE_URL": ""}
        django.setup()
        lines = []
        for line in reported(options):
            say(line)
            lines.append(line)
    if options.out:
        options.out.write_text("\n".join(lines) + "\n")


def asked():
    options = ArgumentParser(prog="python -m tests.bench", description="What SOPDesk costs beside a bare Django view.")
    options.add_argument("--database", choices=DATABASES, help="only this one")
    options.add_argument("--sizes", default=SIZES, type=sizes, help=f"numbers of tickets, {SIZES} if left out")
    options.add_argument("--only", default="", metavar="WORDS", help="only scenarios whose name contains this")
    options.add_argument("--rounds", default=40, type=int, help="how often each is asked")
    options.add_argument("--keep", action="store_true", help="keep the sites for the next run, and use kept ones")
    options.add_argument("--out", type=Path, help="a file for the tables as well")
    return options.parse_args()


def sizes(text):
    return sorted(int(size) for size in text.split(","))


def reported(options):
    """The lines of the report, as they are measured."""
    from tests.bench import table
    from tests.bench.scenarios import SCENARIOS

    wanted = [scenario for scenario in SCENARIOS if options.only.lower() in scenario.name.lower()]
    there = [scenario for scenario in wanted if scenario.is_there]
    judged = {scenario.name for scenario in there if scenario.is_judged}
    yield f"Measured on {datetime.now().astimezone():%Y-%m-%d} with {machine()}; {options.rounds} rounds, one client."
    for vendor in [options.database] if options.database else DATABASES:
        results = {}
        for size in options.sizes:
            for name, figures in measured_site(vendor, size, there, options):
                results.setdefault(name, {})[size] = figures
        yield f"\n### {DATABASES[vendor]}\n"
        yield from table.table(results, options.sizes)
        missed = list(table.misses(results, judged))
        yield "\nTargets of DESIGN section 9 missed: " + ("; ".join(missed) if missed else "none") + "."
    if absent := [scenario.name for scenario in wanted if not scenario.is_there]:
        yield f"\nNot there yet: {', '.join(absent)}."


def measured_site(vendor, size, scenarios, options):
    """The name and figures of each scenario on one site."""
    from tests.bench.browser import Browser
    from tests.bench.measure import Failed, bare_view, decode_and_encode, measured, warm_up
    from tests.bench.site import Site
    from tickets.demo import ACCOUNTS

    emails = {account.who: account.email for account in ACCOUNTS}
    site = Site(vendor, size, kept=options.keep)
    try:
        begun = monotonic()
        site.prepare()
        say(f"{DATABASES[vendor]}, {size:,} tickets: ready after {monotonic() - begun:.0f} s", to=sys.stderr)
        with site.served() as port:
            browsers = {who: Browser(port, emails[who]) for who in {scenario.who for scenario in scenarios}}
            for browser in browsers.values():
                warm_up(browser)
            yield "Bare view", bare_view(browser, options.rounds)
            for scenario in scenarios:
                try:
                    yield scenario.name, measured(scenario, browsers[scenario.who], options.rounds)
                except Failed as failure:
                    say(str(failure), to=sys.stderr)
        if options.only.lower() in "filing":
            yield "Decode and encode of that PNG alone", decode_and_encode(options.rounds)
        if options.only.lower() in "sweep":
            yield "Sweep, nothing due", sweep_figures(site, options.rounds)
    finally:
        if not options.keep:
            site.remove()


def sweep_figures(site, rounds):
    from tests.bench.measure import Figures

    swept = site.sweeps(rounds)
    return Figures(swept["seconds"], queries=swept["queries"])


def machine():
    versions = f"Python {platform.python_version()}, Django {django.__version__}"
    return f"{os.cpu_count()} cores ({platform.machine()}), {versions}"


def say(line, to=sys.stdout):
    print(line, file=to, flush=True)  # a benchmark speaks to the person who started it


if __name__ == "__main__":
    main()

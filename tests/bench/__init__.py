"""What SOPDesk costs at 1,000, 10,000 and 100,000 tickets, beside a bare Django view (DESIGN section 9): `make bench`.

For each database and size a site of its own is made, filled by `manage.py seed_demo`, served by the gunicorn of the
product and asked over real HTTP on loopback by people who are signed in. Each scenario is asked in turn with the bare
view, so that a busy machine slows both. `scenarios.py` is the table of what is measured.
"""

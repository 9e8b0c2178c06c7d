"""The process that sets one document. It knows typst and a folder, nothing of Django and no network.

Called as `python -I typesetter.py FOLDER MAIN STAMP`: writes FOLDER/paper.pdf, or says on stderr what is wrong.
"""

import resource
import sys
from pathlib import Path

import typst

MOST_MEMORY = 1024**3  # bytes
MOST_SECONDS = 12  # of processor time


def main(folder, template, stamp):
    """Set FOLDER/templates/TEMPLATE as it would be set at STAMP, in whole seconds since 1970."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    try:
        typst.compile(
            Path(folder, template),
            output=Path(folder, "paper.pdf"),
            root=Path(folder),
            ignore_system_fonts=True,  # the same paper on every machine
            timestamp=int(stamp),
            package_path=Path(folder, "none"),
            package_cache_path=Path(folder, "none"),
        )
    except typst.TypstError as error:
        sys.exit(f"{error.diagnostic or error.message}")


if __name__ == "__main__":
    main(*sys.argv[1:])

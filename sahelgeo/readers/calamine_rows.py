"""What calamine makes of a workbook; as a program, it reads one from its input within bounds of memory and time.

It imports nothing of sahelgeo, so that the process for an old workbook starts at once.
"""

from __future__ import annotations

import contextlib
import io
import pickle
import sys
from typing import Any, TypeAlias

import python_calamine as calamine

MEMORY = 1 << 30
SECONDS = 10
Range: TypeAlias = "tuple[tuple[int, int], tuple[int, int]]"
Parsed: TypeAlias = "tuple[str, bool, list[list[Any]], list[Range]]"


def parsed(content: bytes, most: int) -> list[Parsed] | str | int:
    """Each sheet: its name, whether it is hidden, its rows, its merged cells; or why there are none, or how many cells.

    Raises
    ------
    PermissionError
        The workbook is behind a password.
    """
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            kinds = {sheet.name: sheet for sheet in workbook.sheets_metadata}
            found, cells = [], 0
            for name in workbook.sheet_names:
                if name in kinds and kinds[name].typ == calamine.SheetTypeEnum.WorkSheet:
                    sheet = workbook.get_sheet_by_name(name)
                    cells += sheet.total_height * sheet.total_width
                    if cells > most:
                        return cells
                    hidden = kinds[name].visible != calamine.SheetVisibleEnum.Visible
                    rows = sheet.to_python(skip_empty_area=False)
                    found.append((sheet.name, hidden, rows, list(sheet.merged_cell_ranges or [])))
            return found
    except calamine.PasswordError as failure:
        raise PermissionError from failure
    except (calamine.CalamineError, OSError, ValueError, OverflowError) as failure:
        return str(failure)
    except BaseException as failure:
        # A panic of the parser is no Exception in Python.
        if type(failure).__name__ != "PanicException":
            raise
        return f"damaged: {failure}"


if __name__ == "__main__":
    with contextlib.suppress(ImportError):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    pickle.dump(parsed(sys.stdin.buffer.read(), int(sys.argv[1])), sys.stdout.buffer)

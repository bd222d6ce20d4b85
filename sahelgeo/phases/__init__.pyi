from .classes import categorical as categorical
from .classes import load_classes as load_classes
from .classes import load_symbols as load_symbols
from .dates import season_vintages as season_vintages
from .phase_totals import phase_coverage as phase_coverage
from .rule import audit as audit

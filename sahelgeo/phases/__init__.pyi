from .analyses import season_vintages as season_vintages
from .classes import categorical as categorical
from .classes import load_classes as load_classes
from .classes import load_symbols as load_symbols
from .displaced import displacement_by_phase as displacement_by_phase
from .phase_totals import choose_phase as choose_phase
from .phase_totals import share_analysed as share_analysed
from .rule import audit as audit

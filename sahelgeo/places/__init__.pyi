from .account import Account as Account
from .area_index import AreaIndex as AreaIndex
from .area_overlaps import check_areas as check_areas
from .area_overlaps import mend_overlaps as mend_overlaps
from .codes import code_systems as code_systems
from .decisions import read_decisions as read_decisions
from .decisions import write_decisions as write_decisions
from .overlay import OverlayAccount as OverlayAccount

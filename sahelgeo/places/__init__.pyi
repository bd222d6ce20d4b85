from .account import Account as Account
from .area_index import AreaIndex as AreaIndex
from .codes import code_systems as code_systems
from .overlay import OverlayAccount as OverlayAccount
from .printed_places import read_decisions as read_decisions
from .printed_places import write_decisions as write_decisions
from .shared_ground import check_areas as check_areas
from .shared_ground import mend_overlaps as mend_overlaps

from . import maps as maps
from . import tables as tables
from .areas import load_areas as load_areas
from .conform import conform as conform
from .errors import AmbiguousError as AmbiguousError
from .errors import CRSError as CRSError
from .errors import DataWarning as DataWarning
from .errors import DoubleCountError as DoubleCountError
from .errors import EditionError as EditionError
from .errors import FormatError as FormatError
from .errors import SahelgeoError as SahelgeoError
from .errors import SchemaError as SchemaError
from .errors import UnmatchedError as UnmatchedError
from .phases import area_phase as area_phase
from .places.attach import Account as Account
from .places.attach import attach_areas as attach_areas
from .samples import Sample as Sample
from .samples import load_sample as load_sample
from .sources import SOURCES as SOURCES
from .sources import Source as Source
from .sources import credit as credit

__version__: str

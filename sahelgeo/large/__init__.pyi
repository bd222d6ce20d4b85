from .chunks import read_chunks as read_chunks
from .engines import Partial as Partial
from .engines import dask as dask
from .engines import partial as partial
from .engines import processes as processes

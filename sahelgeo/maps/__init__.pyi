from .area_layers import AreaLayer as AreaLayer
from .area_layers import PhaseLayer as PhaseLayer
from .figure import figure as figure
from .flow_layer import FlowLayer as FlowLayer
from .page import Map as Map
from .stock_layer import StockLayer as StockLayer

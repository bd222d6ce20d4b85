from .area_layers import AreaLayer as AreaLayer
from .area_layers import PhaseLayer as PhaseLayer
from .flow_layer import FlowLayer as FlowLayer
from .page import Map as Map
from .print_sheet import figure as figure
from .stock_layer import StockLayer as StockLayer

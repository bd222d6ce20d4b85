from .flow_measures import balance as balance
from .flow_measures import indices as indices
from .flow_measures import net as net
from .flow_measures import top as top
from .flow_sums import match_ends as match_ends
from .suppression import suppress_small as suppress_small

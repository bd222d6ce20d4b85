from .changes import durations as durations
from .changes import first_above as first_above
from .changes import series as series
from .idmc_figures import recommended_figures as recommended_figures
from .rates import concentration as concentration
from .rates import share_of_total as share_of_total
from .stock_totals import origins as origins

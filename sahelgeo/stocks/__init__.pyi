from .idmc_figures import recommended_figures as recommended_figures
from .rates import concentration as concentration
from .rates import share_of_total as share_of_total
from .stock_totals import origins as origins
from .time_series import durations as durations
from .time_series import first_above as first_above
from .time_series import series as series

from .seasons import seasonal_anomaly as seasonal_anomaly
from .seasons import zonal_series as zonal_series
from .zonal import GridAccount as GridAccount
from .zonal import scale_to_totals as scale_to_totals

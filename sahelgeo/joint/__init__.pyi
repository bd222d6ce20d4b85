from .associations import local_association as local_association
from .severity import displacement_by_phase as displacement_by_phase

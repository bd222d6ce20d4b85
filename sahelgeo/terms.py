"""The words that the tables use for groups of people, phases and units, apart from the checks made with them."""

GROUPS = ("idp", "refugee", "returnee", "asylum_seeker")
PHASE_KINDS = ("current", "projected", "second_projected")
UNIT_KINDS = ("area", "idp_site", "urban", "limited_access", "refugee")
PHASE_STATES = ("not_analysed", "inadequate_evidence", "no_access", "no_data")
PEOPLE_BY_PHASE = ("people_1", "people_2", "people_3", "people_4", "people_5")

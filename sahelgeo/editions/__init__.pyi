from .crosswalks import edition_of as edition_of

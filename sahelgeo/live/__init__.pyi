from .feeds import FEEDS as FEEDS
from .feeds import LiveFeed as LiveFeed
from .fetching import fetched as fetched
from .fetching import vintages as vintages
from .kept import Fetched as Fetched

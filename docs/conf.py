"""Settings of the documentation: ``sphinx-build -W -b html docs docs/_build/html``."""

import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
# The installed package is documented where there is one; else the one in this tree.
if find_spec("sahelgeo") is None:
    sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))

from docutils import nodes  # noqa: E402

import sahelgeo  # noqa: E402

project = "sahelgeo"
author = "The sahelgeo developers"
copyright = "the sahelgeo developers, MIT licence"
version = release = sahelgeo.__version__
language = "en"

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_parser",
    "sphinx_copybutton",
    "table_pages",
]
templates_path = ["_templates"]
exclude_patterns = ["_build", "**/.ipynb_checkpoints"]

autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

myst_enable_extensions = ["deflist", "fieldlist"]
myst_heading_anchors = 3
highlight_language = "pycon"
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True

html_theme = "pydata_sphinx_theme"
html_title = "sahelgeo"
html_static_path = ["_static"]
html_css_files = ["sahelgeo.css"]
html_show_sourcelink = False
html_sidebars = {page: [] for page in ("index", "tutorial", "gallery", "which-function", "feeds")}
html_theme_options = {
    "navbar_align": "left",
    "show_prev_next": False,
    "header_links_before_dropdown": 8,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": ["sphinx-version"],
    "pygments_light_style": "a11y-light",
}


def setup(app):
    """Connect what these pages need beyond the extensions."""
    app.connect("doctree-read", strip_last_lines)


def strip_last_lines(app, doctree):  # noqa: ARG001 (Sphinx passes it)
    """Drop the empty line that a doctest in a fenced block needs before the closing fence."""
    for block in doctree.findall(nodes.literal_block):
        text = block.astext().rstrip("\n")
        block.rawsource = text
        block.children = [nodes.Text(text)]

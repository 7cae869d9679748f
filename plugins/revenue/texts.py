"""The plugin's texts: `_` marks a sentence of the domain `revenue`."""

from core import Domain

_domain = Domain("revenue")
_ = _domain.gettext
ngettext = _domain.ngettext

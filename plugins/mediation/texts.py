"""The plugin's texts: `_` marks a sentence of the domain `mediation`."""

from core import Domain

_domain = Domain("mediation")
_ = _domain.gettext
ngettext = _domain.ngettext

"""The plugin's texts: `_` marks a sentence of the domain `rooms`."""

from core import Domain

_domain = Domain("rooms")
_ = _domain.gettext
ngettext = _domain.ngettext

"""The pages of the module: the desk's for those who keep the books, the portal's for everybody."""

from plugins.revenue.views.base import blueprint

__all__ = ["blueprint"]

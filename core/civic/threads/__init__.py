"""A matter from need to money: links between records, their stories on one page, and who follows them."""

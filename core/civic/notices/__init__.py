"""The board 公示: writing and publishing, double publication, numbers and codes that vouch for what was up."""

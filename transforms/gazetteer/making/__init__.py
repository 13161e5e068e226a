"""How the gazetteer's tables are made from open data; nothing here runs but for `gongkai division build`."""

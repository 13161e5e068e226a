"""How the warehouse keeps the facts: packed as the lake packs them (schema ``store``), given back as views.

``declared`` says which tables the schema has, ``fill`` loads them from the lake, ``facts`` is the SQL of the views
that look like the tables of the contract.
"""

"""Who issued a document, for which year and over what scope, and the permanent ids that follow from it."""

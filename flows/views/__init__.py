"""What the command line prints for people: tables, one document, how things stand."""

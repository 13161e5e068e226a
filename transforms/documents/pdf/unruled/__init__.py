"""Tables without upright lines: the words of the known form are the template, figures stand in its columns."""

"""What a person is told of a night without looking: notices by declared conditions, their sending, the log."""

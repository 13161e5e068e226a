"""What runs when: the command line, the nightly flow, settings and the demo."""

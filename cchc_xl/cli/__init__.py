"""The steps behind every button and command, the demo, the doctor and the command line."""

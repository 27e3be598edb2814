"""House style, templates, and strict workbooks that are the same bytes for the same inputs."""

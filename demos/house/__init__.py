"""What the experiments share: declarations, options, a plotting style, training, statistics, files and the page."""

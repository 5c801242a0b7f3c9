"""What is raised where an experiment cannot be run."""


class Unavailable(Exception):
    """An experiment cannot be run here, for want of data for example; the message is one sentence, for the reader."""

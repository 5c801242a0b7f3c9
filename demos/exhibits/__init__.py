"""What each experiment shows, a module for each script: pictures, tables, and the values of the sentences."""

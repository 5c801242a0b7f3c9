"""The gallery: what experiments show, in words and pictures, as files and as a page in English and Chinese."""

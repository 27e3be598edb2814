"""The form that agencies fill, and a returned file -> Return."""

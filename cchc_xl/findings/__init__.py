"""Every message the software can give about a document, and the place it points to."""

"""An installation of one's own for an agency's developer: everybody but one agency is played."""

"""The picture of a door for displays of electronic paper: Pillow, a font and a QR code behind one function."""

"""The built-in booking platform: bookings in Table Storage, behind the same port as every other platform."""

"""Scripts that answer what the documentation of Microsoft leaves open, to be run once by somebody who has a tenant."""

"""What Lockstep needs from the outside, as Protocols with their promises and their errors."""

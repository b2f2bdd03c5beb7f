"""What a test in a browser needs: the browser, what its console complained of, the rules of accessibility, pictures."""

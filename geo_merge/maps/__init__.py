"""What a map shows, and the page that shows it."""

"""Papers of a result: one description of their content, written as DOCX, PDF and HTML."""

"""Chinese official text: read from files, cleaned of what is certainly noise, its structure, its duties."""

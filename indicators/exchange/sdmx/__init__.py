"""The figures in SDMX, the language in which statistical offices exchange data (ISO 17369)."""

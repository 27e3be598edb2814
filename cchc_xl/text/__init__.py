"""Vietnamese text, numbers, months, money and old fonts, by stated rules and never by a locale."""

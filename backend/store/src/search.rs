//! Search in folded columns.

/// A LIKE pattern (with `ESCAPE '!'`) that finds the words of `query` in this order anywhere in a folded text.
pub(crate) fn pattern(query: &str) -> String {
    let mut pattern = String::from("%");
    for c in domain::text::fold(query).chars() {
        match c {
            ' ' => pattern.push('%'),
            '%' | '_' | '!' => pattern.extend(['!', c]),
            // PostgreSQL has no NUL in text: nothing can contain one.
            '\0' => {}
            c => pattern.push(c),
        }
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn words_are_found_in_order_and_wildcards_are_letters() {
        assert_eq!(pattern(" Dầu  THẢI 100%_"), "%dau%thai%100!%!_%");
        assert_eq!(pattern(""), "%%");
    }
}

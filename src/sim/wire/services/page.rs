//! Pages: so many at a time, and a token that says where to go on.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Some of the items, and how to ask for the rest.
#[derive(Debug, PartialEq)]
pub struct Page<T> {
    /// This page.
    pub items: Vec<T>,
    /// Asks for the next page; none on the last.
    pub next: Option<String>,
}

/// The page of `size` that `token` asks for. `None`: a token that was never given out.
pub fn page<T>(
    items: impl IntoIterator<Item = T>,
    token: Option<&str>,
    size: usize,
) -> Option<Page<T>> {
    let from = token.map_or(Some(0), offset)?;
    let mut rest = items.into_iter().skip(from);
    let items: Vec<T> = rest.by_ref().take(size.max(1)).collect();
    let next = rest.next().map(|_| seal(from + items.len()));
    Some(Page { items, next })
}

/// The token that goes on after `taken` items.
pub fn seal(taken: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("after:{taken}"))
}

/// How many items came before the page that `token` asks for.
pub fn offset(token: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    text.strip_prefix("after:")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn following_the_tokens_gives_everything_once() {
        let mut token = None;
        let mut seen = Vec::new();
        loop {
            let page = page(0..7, token.as_deref(), 3).unwrap();
            assert!(page.items.len() <= 3);
            seen.extend(page.items);
            token = page.next;
            if token.is_none() {
                break;
            }
        }
        assert_eq!(seen, (0..7).collect::<Vec<_>>());
    }

    #[test]
    fn the_last_page_has_no_token_and_forged_ones_are_refused() {
        assert_eq!(page(0..3, None, 3).unwrap().next, None);
        assert_eq!(page(0..3, Some("forged"), 3), None);
    }
}

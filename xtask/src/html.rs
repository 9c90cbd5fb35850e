//! The root's index.html, written for Trunk, made into the page that is served.
//!
//! Trunk would put an inline script in; the page's security policy allows none. So both ways to build
//! (Trunk and `cargo xtask`) write this page: `data-trunk` links go, a module script from its own file comes.

/// What the page may do: run its own files, compile WebAssembly, talk to its own server, nothing else.
pub const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'";

const START: &str = concat!(
    r#"<link rel="modulepreload" href="einthoven-page.js">"#,
    "\n    ",
    r#"<link rel="preload" href="einthoven-page_bg.wasm" as="fetch" type="application/wasm" crossorigin>"#,
    "\n    ",
    r#"<script type="module" src="start.js"></script>"#
);

/// Makes the served page of the source page.
pub fn served(source: &str) -> String {
    let mut page = String::with_capacity(source.len() + 1024);
    let mut rest = source;
    while let Some(at) = rest.find("<link") {
        let Some(length) = rest[at..].find('>') else { break };
        let tag = &rest[at..=at + length];
        page.push_str(&rest[..at]);
        if !tag.contains("data-trunk") {
            page.push_str(tag);
        } else if has(tag, "rel", "rust") {
            page.push_str(START);
        } else if has(tag, "rel", "css") {
            page.push_str(&tag.replace("data-trunk", "").replace("\"css\"", "\"stylesheet\""));
        }
        rest = &rest[at + length + 1..];
    }
    page.push_str(rest);
    let policy = format!("\n    <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">");
    // The policy rules what comes after it, so it goes first, after the encoding that has to be in the first kilobyte.
    let place = page
        .find("<meta charset")
        .or_else(|| page.find("<head"))
        .and_then(|at| page[at..].find('>').map(|end| at + end + 1));
    if let Some(place) = place {
        page.insert_str(place, &policy);
    }
    page
}

fn has(tag: &str, name: &str, value: &str) -> bool {
    tag.contains(&format!("{name}=\"{value}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r#"<!doctype html><html><head><meta charset="utf-8"><link rel="stylesheet" href="web/style.css">
<link data-trunk rel="rust" data-bin="einthoven-page"><link data-trunk rel="copy-dir" href="web"></head><body></body></html>"#;

    #[test]
    fn the_served_page_has_no_inline_script_and_no_word_of_trunk() {
        let page = served(SOURCE);
        assert!(!page.contains("data-trunk") && !page.contains("<script>"), "{page}");
        assert!(page.contains(r#"<script type="module" src="start.js"></script>"#));
        assert!(page.contains(r#"href="web/style.css""#));
    }

    #[test]
    fn the_policy_stands_before_everything_that_it_rules() {
        let page = served(SOURCE);
        assert!(page.find("Content-Security-Policy").unwrap() < page.find("stylesheet").unwrap());
    }

    #[test]
    fn the_header_file_names_the_same_policy_as_the_page() {
        let headers = std::fs::read_to_string(crate::paths::root().join("web/_headers")).unwrap();
        assert!(
            headers.contains(&format!("Content-Security-Policy: {POLICY}; frame-ancestors 'none'")),
            "web/_headers and html.rs differ"
        );
    }
}

//! HTML that cannot be anything but what it was meant to be: text and attributes are escaped by the only ways in.

use core::fmt::Display;

/// A piece of HTML or SVG.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Markup(String);

/// Text, escaped.
pub(super) fn text(value: impl Display) -> Markup {
    Markup(escape(&value.to_string()))
}

/// An element with attributes, whose values are escaped, and content.
pub(super) fn element(
    name: &'static str,
    attributes: &[(&'static str, &str)],
    content: impl IntoIterator<Item = Markup>,
) -> Markup {
    let mut markup = format!("<{name}");
    for (name, value) in attributes {
        markup.push(' ');
        markup.push_str(name);
        markup.push_str("=\"");
        markup.push_str(&escape(value));
        markup.push('"');
    }
    markup.push('>');
    for piece in content {
        markup.push_str(&piece.0);
    }
    markup.push_str("</");
    markup.push_str(name);
    markup.push('>');
    Markup(markup)
}

/// A table whose first column names the rows. Where the page is narrow each row becomes a list with the columns' names.
pub(super) fn table(columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Markup {
    let head = columns.iter().map(|column| element("th", &[("scope", "col")], [text(column)]));
    let row = |cells: Vec<String>| {
        let cells = cells.into_iter().enumerate().map(|(place, cell)| match place {
            0 => element("th", &[("scope", "row")], [text(cell)]),
            _ => element("td", &[("data-name", columns.get(place).copied().unwrap_or_default())], [text(cell)]),
        });
        element("tr", &[], cells.collect::<Vec<_>>())
    };
    let head = element("thead", &[], [element("tr", &[], head)]);
    let body = element("tbody", &[], rows.into_iter().map(row));
    element("table", &[("class", "rows")], [head, body])
}

/// Names with values.
pub(super) fn list(pairs: impl IntoIterator<Item = (String, String)>) -> Markup {
    let pair = |(name, value): (String, String)| {
        element("div", &[], [element("dt", &[], [text(name)]), element("dd", &[], [text(value)])])
    };
    element("dl", &[], pairs.into_iter().map(pair))
}

/// A whole file. Its policy lets a browser load nothing, whatever stands in it.
pub(super) fn page(title: &str, sections: impl IntoIterator<Item = Markup>) -> String {
    let body: String = sections.into_iter().map(|section| section.0).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n",
        escape(title),
        include_str!("style.css"),
    )
}

fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for letter in value.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_attributes_are_escaped() {
        let piece = element("td", &[("title", "\"><b>")], [text("a < b & 'c'")]);
        assert_eq!(piece.0, "<td title=\"&quot;&gt;&lt;b&gt;\">a &lt; b &amp; &#39;c&#39;</td>");
    }

    #[test]
    fn a_tables_cells_carry_their_columns_names() {
        let table = table(&["label", "AUC"], [vec!["MI".to_owned(), "0.9".to_owned()]]).0;
        assert!(table.contains("<th scope=\"row\">MI</th><td data-name=\"AUC\">0.9</td>"), "{table}");
    }
}

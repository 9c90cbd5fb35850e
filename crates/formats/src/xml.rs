//! XML as a tree that borrows from the text, within limits.
//!
//! Eight of the formats are dialects of XML. Their readers walk this tree by local names, since prefixes and name spaces differ
//! from exporter to exporter. What XML is attacked with does not exist here: entities beyond the five predefined and
//! character references stay as they are written, a document type is passed over, and depth, elements and attributes are
//! bounded. A document that ends too early gives the tree up to there ([`Document::cut`]), and its elements that were not
//! closed say so ([`Element::is_whole`]).

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::Event;
use quick_xml::events::attributes::Attributes;

use crate::encoding::{Doubt, Text};
use crate::{Error, Limits, Place, encoding};

/// Elements within elements.
const DEEPEST: usize = 64;
/// Elements of one document, and attributes.
const MOST: usize = 1 << 18;
/// Attributes of one element.
const MOST_OF_ONE: usize = 256;

/// The local name of a file's outermost element, from its beginning; none where it is no XML.
pub(crate) fn root_name(bytes: &[u8]) -> Option<String> {
    // Eight readers ask for it, and most documents begin with it; comments before it are looked over where they do not.
    let beginning = |most: usize| encoding::sample(bytes.get(..bytes.len().min(most)).unwrap_or_default());
    let text = beginning(512)?;
    if !bare(&text).is_empty() && !bare(&text).starts_with('<') {
        return None;
    }
    root_of(&text).or_else(|| root_of(&beginning(8 << 10)?))
}

/// Without the byte order mark and blanks before it.
fn bare(text: &str) -> &str {
    text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n'])
}

fn root_of(text: &str) -> Option<String> {
    let mut rest = bare(text);
    // Declarations, comments and a document type stand before it.
    loop {
        let content = rest.strip_prefix('<')?;
        if content.starts_with(|letter: char| letter.is_alphabetic() || letter == '_') {
            let end = content.find(|letter: char| letter.is_whitespace() || matches!(letter, '>' | '/'))?;
            return content.get(..end).map(|name| local(name).to_owned());
        }
        let end = match content {
            _ if content.starts_with("!--") => content.find("-->"),
            // An internal subset has declarations of its own.
            _ if content.starts_with("!DOCTYPE") && content.find('[') < content.find('>') && content.contains('[') => {
                content.find("]>").or_else(|| content.find("] >"))
            }
            _ if content.starts_with(['?', '!']) => content.find('>'),
            _ => None,
        }?;
        let after = content.get(end..)?;
        rest = after.get(after.find('>')?.saturating_add(1)..)?.trim_start();
    }
}

/// A document's elements.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    file: &'a str,
    source: &'a str,
    nodes: Vec<Node<'a>>,
    attributes: Vec<(&'a str, Cow<'a, str>)>,
    /// The byte of the decoded text at which it ends too early or is no XML, where it does.
    pub(crate) cut: Option<u64>,
    /// Why letters of it may be wrong, where they may.
    pub(crate) doubt: Option<Doubt>,
}

#[derive(Debug)]
struct Node<'a> {
    name: &'a str,
    /// The element's own text without that of its children.
    text: Cow<'a, str>,
    attributes: (u32, u32),
    first_child: u32,
    next: u32,
    start: u32,
    whole: bool,
}

/// "No element": the root is nobody's child and nobody's next.
const NONE: u32 = 0;

/// One element of a document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'d, 'a> {
    document: &'d Document<'a>,
    index: u32,
}

impl<'a> Document<'a> {
    /// Reads the decoded content of `file`, with what is doubtful about its letters.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub(crate) fn read(file: &'a str, text: &'a Text, limits: &Limits) -> Result<Document<'a>, Error> {
        let document = Document::parse(file, text, limits)?;
        Ok(Document { doubt: text.doubt.clone(), ..document })
    }

    /// Reads `text`, which is all of `file`.
    ///
    /// # Errors
    /// No element at all, or more than the limits.
    pub(crate) fn parse(file: &'a str, text: &'a str, limits: &Limits) -> Result<Document<'a>, Error> {
        let mut document =
            Document { file, source: text, nodes: Vec::new(), attributes: Vec::new(), cut: None, doubt: None };
        if u32::try_from(text.len()).is_err() {
            return Err(Error::limit(file, Place::Whole, format!("{} bytes", text.len()), limits.file_bytes));
        }
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_end_names = true;
        // Open elements, each with its last child so far.
        let mut open: Vec<(u32, u32)> = Vec::new();
        let mut rooted = false;
        loop {
            let start = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            let event = reader.read_event();
            let end = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            let raw = text.get(start..end).unwrap_or_default();
            match event {
                Ok(Event::Start(_) | Event::Empty(_)) if rooted && open.is_empty() => break,
                Ok(Event::Start(_)) => {
                    let index = document.open(raw, start, &mut open)?;
                    rooted = true;
                    open.push((index, NONE));
                }
                Ok(Event::Empty(_)) => {
                    let index = document.open(raw, start, &mut open)?;
                    rooted = true;
                    document.close(index);
                }
                Ok(Event::End(_)) => {
                    if let Some((index, _)) = open.pop() {
                        document.close(index);
                    }
                }
                Ok(Event::Text(_)) => document.append(&open, raw),
                Ok(Event::CData(_)) => {
                    let inner = raw.strip_prefix("<![CDATA[").and_then(|raw| raw.strip_suffix("]]>"));
                    document.append(&open, inner.unwrap_or_default());
                }
                Ok(Event::GeneralRef(_)) => {
                    let mut buffer = [0; 4];
                    document.append_owned(&open, reference(raw, &mut buffer));
                }
                Ok(Event::Eof) => break,
                Ok(Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_)) => {}
                Err(_) => {
                    document.cut = Some(reader.error_position());
                    break;
                }
            }
        }
        if !open.is_empty() && document.cut.is_none() {
            document.cut = Some(text.len() as u64);
        }
        if document.nodes.is_empty() {
            return Err(Error::invalid(file, Place::Whole, "no XML element", "an XML document"));
        }
        Ok(document)
    }

    /// The outermost element.
    pub(crate) fn root(&self) -> Element<'_, 'a> {
        Element { document: self, index: 0 }
    }

    fn open(&mut self, raw: &'a str, start: usize, open: &mut [(u32, u32)]) -> Result<u32, Error> {
        let place = |document: &Self| document.place(start);
        if open.len() >= DEEPEST {
            return Err(Error::limit(self.file, place(self), "elements within elements", DEEPEST));
        }
        if self.nodes.len() >= MOST {
            return Err(Error::limit(self.file, place(self), "more elements", MOST));
        }
        let content = raw.strip_prefix('<').unwrap_or(raw);
        let content = content.strip_suffix('>').unwrap_or(content);
        let content = content.strip_suffix('/').unwrap_or(content);
        let end = content.find(|letter: char| letter.is_ascii_whitespace()).unwrap_or(content.len());
        let (name, rest) = content.split_at_checked(end).unwrap_or((content, ""));
        let from = self.attributes.len();
        for attribute in Attributes::new(rest, 0).with_checks(false).flatten() {
            let of_this = self.attributes.len().saturating_sub(from);
            if of_this >= MOST_OF_ONE || self.attributes.len() >= MOST {
                return Err(Error::limit(self.file, place(self), "more attributes", MOST_OF_ONE));
            }
            let value = match attribute.value {
                Cow::Borrowed(value) => unescaped(value),
                Cow::Owned(value) => Cow::Owned(value),
            };
            self.attributes.push((local(attribute.key.into_inner()), value));
        }
        let short = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let index = short(self.nodes.len());
        if let Some((parent, last)) = open.last_mut() {
            let previous = if *last == NONE { None } else { self.nodes.get_mut(*last as usize) };
            match previous {
                Some(previous) => previous.next = index,
                None => {
                    if let Some(parent) = self.nodes.get_mut(*parent as usize) {
                        parent.first_child = index;
                    }
                }
            }
            *last = index;
        }
        self.nodes.push(Node {
            name: local(name),
            text: Cow::Borrowed(""),
            attributes: (short(from), short(self.attributes.len())),
            first_child: NONE,
            next: NONE,
            start: short(start),
            whole: false,
        });
        Ok(index)
    }

    fn close(&mut self, index: u32) {
        if let Some(node) = self.nodes.get_mut(index as usize) {
            node.whole = true;
        }
    }

    fn append(&mut self, open: &[(u32, u32)], raw: &'a str) {
        let Some(node) = open.last().and_then(|(index, _)| self.nodes.get_mut(*index as usize)) else { return };
        // The usual text is one piece, or blanks between children, which are not worth a copy.
        if node.text.trim_ascii().is_empty() {
            node.text = Cow::Borrowed(raw);
        } else if !raw.trim_ascii().is_empty() {
            node.text.to_mut().push_str(raw);
        }
    }

    fn append_owned(&mut self, open: &[(u32, u32)], piece: &str) {
        if let Some(node) = open.last().and_then(|(index, _)| self.nodes.get_mut(*index as usize)) {
            node.text.to_mut().push_str(piece);
        }
    }

    fn place(&self, start: usize) -> Place {
        let before = self.source.as_bytes().get(..start).unwrap_or_default();
        Place::Line(before.split(|&byte| byte == b'\n').count() as u64)
    }

    /// The line on which the document ends too early.
    pub(crate) fn cut_place(&self) -> Option<Place> {
        self.cut.map(|byte| self.place(usize::try_from(byte).unwrap_or(usize::MAX).min(self.source.len())))
    }
}

impl<'d, 'a> Element<'d, 'a> {
    fn node(&self) -> Option<&'d Node<'a>> {
        self.document.nodes.get(self.index as usize)
    }

    /// Its name without a prefix.
    pub(crate) fn name(&self) -> &'a str {
        self.node().map_or("", |node| node.name)
    }

    /// Its own text, without blanks around it.
    pub(crate) fn text(&self) -> &'d str {
        self.node().map_or("", |node| node.text.trim_ascii())
    }

    /// The value of an attribute by its name without a prefix, whatever the case.
    pub(crate) fn attribute(&self, name: &str) -> Option<&'d str> {
        let (from, to) = self.node()?.attributes;
        let all = self.document.attributes.get(from as usize..to as usize)?;
        all.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_ref())
    }

    /// Its children in order.
    pub(crate) fn children(self) -> impl Iterator<Item = Element<'d, 'a>> {
        std::iter::successors(self.first_child(), |child| child.next())
    }

    /// Its first child.
    pub(crate) fn first_child(self) -> Option<Element<'d, 'a>> {
        let index = self.node()?.first_child;
        (index != NONE).then_some(Element { index, ..self })
    }

    /// The element after it that has the same parent.
    pub(crate) fn next(self) -> Option<Element<'d, 'a>> {
        let index = self.node()?.next;
        (index != NONE).then_some(Element { index, ..self })
    }

    /// Its children of one name, whatever the case.
    pub(crate) fn all(self, name: &str) -> impl Iterator<Item = Element<'d, 'a>> {
        self.children().filter(move |child| child.name().eq_ignore_ascii_case(name))
    }

    /// Its first child of a name, whatever the case.
    pub(crate) fn child(self, name: &str) -> Option<Element<'d, 'a>> {
        self.all(name).next()
    }

    /// The first element below it that the names lead to, child by child.
    pub(crate) fn path(self, names: &[&str]) -> Option<Element<'d, 'a>> {
        names.iter().try_fold(self, |element, name| element.child(name))
    }

    /// The text of a child; none where there is no such child or it holds nothing.
    pub(crate) fn child_text(self, name: &str) -> Option<&'d str> {
        self.child(name).map(|child| child.text()).filter(|text| !text.is_empty())
    }

    /// Every element below it, in the document's order, without itself.
    pub(crate) fn descendants(self) -> impl Iterator<Item = Element<'d, 'a>> {
        let document = self.document;
        // Elements stand in the document's order, so that those below lie between this one and the next beside or above it.
        let from = self.index.saturating_add(1);
        let to = self.end();
        (from..to).map(move |index| Element { document, index })
    }

    /// The index after its last descendant.
    fn end(&self) -> u32 {
        let mut last = *self;
        while let Some(child) = last.children().last() {
            last = child;
        }
        last.index.saturating_add(1)
    }

    /// True where its end was found.
    pub(crate) fn is_whole(&self) -> bool {
        self.node().is_some_and(|node| node.whole)
    }

    /// The line where it begins. Counted only when asked: this takes as long as reading the file up to there.
    pub(crate) fn place(&self) -> Place {
        self.node().map_or(Place::Whole, |node| self.document.place(node.start as usize))
    }
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// What a reference such as `&amp;` or `&#181;` stands for; itself where it is none that is known.
fn reference<'r>(raw: &'r str, buffer: &'r mut [u8; 4]) -> &'r str {
    let name = raw.strip_prefix('&').and_then(|raw| raw.strip_suffix(';')).unwrap_or_default();
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => number.parse().ok(),
        };
        return code.and_then(char::from_u32).map_or(raw, |letter| letter.encode_utf8(buffer));
    }
    match name {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "apos" => "'",
        "quot" => "\"",
        _ => raw,
    }
}

/// A text with its references resolved, once.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, from)) = rest.find('&').and_then(|at| rest.split_at_checked(at)) {
        plain.push_str(before);
        let end = from.as_bytes().iter().take(12).position(|&byte| byte == b';').map_or(1, |at| at.saturating_add(1));
        let (one, after) = from.split_at_checked(end).unwrap_or((from, ""));
        plain.push_str(reference(one, &mut [0; 4]));
        rest = after;
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Document<'_> {
        Document::parse("a.xml", text, &Limits::default()).unwrap()
    }

    #[test]
    fn elements_are_found_by_local_names_in_order() {
        let text = "<?xml version=\"1.0\"?><!DOCTYPE a SYSTEM \"a.dtd\"><h:a x='1' n:y=\"2 &lt; &#181;\">t<b>1</b> <B>2</B><c/></h:a>";
        let document = parse(text);
        let root = document.root();
        assert_eq!((root.name(), root.text(), root.attribute("Y")), ("a", "t", Some("2 < µ")));
        assert_eq!(root.all("b").map(|b| b.text()).collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(root.descendants().map(|element| element.name()).collect::<Vec<_>>(), ["b", "B", "c"]);
        assert!(document.cut.is_none() && root.is_whole());
    }

    #[test]
    fn text_in_pieces_is_one_text() {
        let document = parse("<a>1 &amp; 2<!-- no --><![CDATA[ < 3]]>&unknown;</a>");
        assert_eq!(document.root().text(), "1 & 2 < 3&unknown;");
    }

    #[test]
    fn a_cut_document_gives_what_is_whole() {
        let document = parse("<a>\n<b>1</b>\n<c>2");
        let root = document.root();
        assert_eq!(document.cut_place(), Some(Place::Line(3)));
        assert!(root.child("b").unwrap().is_whole() && !root.child("c").unwrap().is_whole() && !root.is_whole());
    }

    #[test]
    fn the_outermost_element_is_told_from_the_beginning() {
        let name = |text: &str| root_name(text.as_bytes());
        let doctype = "<?xml version=\"1.0\"?>\n<!-- <x> -->\n<!DOCTYPE a [<!ENTITY b \"c\">]>\n<n:RestingECG a=''>";
        assert_eq!(name(doctype).as_deref(), Some("RestingECG"));
        assert_eq!(name("<!DOCTYPE RestingECG SYSTEM \"restecg.dtd\"><RestingECG>").as_deref(), Some("RestingECG"));
        assert_eq!((name("a,b\n1,2"), name("<!--"), name("")), (None, None, None));
    }

    #[test]
    fn depth_and_numbers_are_bounded() {
        let deep = "<a>".repeat(100);
        assert!(matches!(Document::parse("a", &deep, &Limits::default()), Err(Error::Limit { .. })));
        let many = format!("<a>{}</a>", "<b/>".repeat(MOST));
        assert!(matches!(Document::parse("a", &many, &Limits::default()), Err(Error::Limit { .. })));
        assert!(Document::parse("a", "words", &Limits::default()).is_err());
    }

    #[test]
    fn entities_of_the_document_are_not_expanded() {
        let document = parse("<!DOCTYPE a [<!ENTITY b \"xxxxxxxx\"><!ENTITY c \"&b;&b;&b;\">]><a>&c;</a>");
        assert_eq!(document.root().text(), "&c;");
    }
}

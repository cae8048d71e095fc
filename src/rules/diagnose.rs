//! Errors in files that people write, shown at the file, line and key they are about.

use crate::error::Error;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use std::ops::Range;

/// An error at `span` (bytes) of `text`, which is the content of `file`.
pub fn at(file: &str, text: &str, span: Range<usize>, message: &str) -> Error {
    let span = clamp(text, span);
    let report = Level::ERROR
        .primary_title(crate::text::line(message).into_owned())
        .element(Snippet::source(text).path(file).annotation(AnnotationKind::Primary.span(span)));
    let rendered = Renderer::plain().render(&[report]);
    // The caller prints "error: " itself.
    Error::Rules { report: rendered.trim_start_matches("error: ").to_string() }
}

/// An error that no single place in the file carries.
pub fn file(file: &str, message: impl std::fmt::Display) -> Error {
    Error::Rules { report: format!("{message}\n --> {file}") }
}

/// A span that lies inside the text, on character boundaries.
pub(crate) fn clamp(text: &str, span: Range<usize>) -> Range<usize> {
    let floor = |mut i: usize| {
        i = i.min(text.len());
        while !text.is_char_boundary(i) {
            i -= 1;
        }
        i
    };
    let start = floor(span.start);
    start..floor(span.end).max(start)
}

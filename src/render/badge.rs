//! A badge for a README: the verdict in words, with the class of the Model Openness Framework where one
//! is reached. As SVG, 20 pixels high, and as the JSON of a shields.io endpoint
//! (<https://shields.io/badges/endpoint-badge>). Of several models the least open one is named.

use super::{Style, names, view};
use crate::report::{Model, Report};
use crate::text::json_safe;
use crate::vocabulary::Verdict;
use serde_json::json;

const LABEL: &str = "openness";

/// The SVG.
pub fn render(report: &Report, _: Style) -> String {
    let (message, verdict) = message(report);
    let (left, right) = (width(LABEL) + 12.0, width(&message) + 12.0);
    let total = left + right;
    let colour = colour(verdict);
    // Only words of this file and of closed vocabularies get in here.
    let text = |x: f64, width: f64, words: &str| {
        format!("<text x=\"{:.1}\" y=\"14\" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\">{words}</text>", x, width - 12.0)
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{total:.0}\" height=\"20\" viewBox=\"0 0 {total:.0} 20\" role=\"img\" aria-label=\"{LABEL}: {message}\">\
         <title>{LABEL}: {message}</title>\
         <clipPath id=\"r\"><rect width=\"{total:.0}\" height=\"20\" rx=\"3\"/></clipPath>\
         <g clip-path=\"url(#r)\"><rect width=\"{left:.1}\" height=\"20\" fill=\"#3d444d\"/><rect x=\"{left:.1}\" width=\"{right:.1}\" height=\"20\" fill=\"{colour}\"/></g>\
         <g fill=\"#fff\" font-family=\"Verdana,DejaVu Sans,Geneva,sans-serif\" font-size=\"11\" aria-hidden=\"true\">{}{}</g></svg>\n",
        text(6.0, left, LABEL),
        text(left + 6.0, right, &message),
    )
}

/// The JSON that a shields.io endpoint answers with.
pub fn render_endpoint(report: &Report, _: Style) -> String {
    let (message, verdict) = message(report);
    let endpoint = json!({"schemaVersion": 1, "label": LABEL, "message": message, "color": colour(verdict).trim_start_matches('#')});
    format!("{}\n", json_safe(&endpoint.to_string()))
}

/// What the badge says.
fn message(report: &Report) -> (String, Verdict) {
    let least: Option<&Model> = report.models.iter().min_by_key(|m| m.verdict);
    let Some(model) = least else { return ("no models".into(), Verdict::Unknown) };
    let verdict = names::verdict(model.verdict).to_lowercase();
    let class = view::mof_class(model).map_or(String::new(), |class| format!(" · MOF {class}"));
    let of_many = if report.models.len() > 1 { format!("{} models, least: ", report.models.len()) } else { String::new() };
    (format!("{of_many}{verdict}{class}"), model.verdict)
}

/// Dark enough for white text (contrast 4.5 or more).
fn colour(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::OpenSourceOpenData => "#1a7f37",
        Verdict::OpenSource => "#2c7a3f",
        Verdict::OpenWeights => "#0969da",
        Verdict::WeightsAvailable => "#9a6700",
        Verdict::Closed => "#cf222e",
        Verdict::Unknown => "#59636e",
    }
}

/// About how wide words are at 11 pixels; `textLength` fits them exactly.
fn width(words: &str) -> f64 {
    words
        .chars()
        .map(|c| match c {
            'i' | 'l' | 'j' | '.' | ',' | ':' | '·' | ' ' | '\'' | 'I' => 3.9,
            'f' | 't' | 'r' => 4.6,
            'm' | 'w' | 'M' | 'W' => 9.6,
            c if c.is_ascii_uppercase() => 7.6,
            _ => 6.7,
        })
        .sum()
}

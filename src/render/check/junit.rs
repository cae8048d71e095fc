//! JUnit XML: a test case for each violation, and one for each model that passes. What could not be known
//! is an error, what is violated a failure.

use super::{CheckReport, Style};
use crate::gate::Violation;
use crate::text::line;
use crate::vocabulary::Severity;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::fmt::Write as _;

/// Renders a report.
pub fn render(report: &CheckReport, _: Style) -> String {
    let mut suite = TestSuite::new("trulyopen check");
    for v in &report.violations {
        suite.add_test_case(case(v));
    }
    for m in &report.models {
        let failed = report.violations.iter().any(|v| v.severity == Severity::Error && v.model.as_deref() == Some(m.target.as_str()));
        if !failed {
            let mut case = TestCase::new(name(&m.target), TestCaseStatus::success());
            case.set_classname("trulyopen.model");
            suite.add_test_case(case);
        }
    }
    let mut document = Report::new("trulyopen");
    document.add_test_suite(suite);
    document.to_string().map(|xml| if xml.ends_with('\n') { xml } else { format!("{xml}\n") }).unwrap_or_default()
}

/// A name on one line; the crate drops what XML cannot hold.
fn name(s: &str) -> String {
    line(s).into_owned()
}

fn case(v: &Violation) -> TestCase {
    let place = v.places.first().map(|p| format!("{}:{}", p.file, p.line)).unwrap_or_default();
    let mut text = String::new();
    for p in &v.places {
        let _ = writeln!(text, "{}:{}:{}: {}", name(&p.file), p.line, p.column, name(p.snippet.trim()));
    }
    for e in &v.evidence {
        let at = e.url.as_deref().or(e.path.as_deref()).unwrap_or_default();
        let _ = writeln!(text, "evidence: {} {}", name(&e.note), name(at));
    }
    for help in v.help.iter().map(String::as_str).chain(v.fixes.iter().filter(|f| f.kind != "exception").map(|f| f.text.as_str())) {
        let _ = writeln!(text, "help: {}", name(help));
    }
    let mut status = match (v.severity, v.unknown) {
        (Severity::Error, false) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        (Severity::Error, true) => TestCaseStatus::non_success(NonSuccessKind::Error),
        _ => TestCaseStatus::success(),
    };
    if v.severity == Severity::Error {
        status.set_type(v.rule.clone()).set_message(name(&v.message)).set_description(text.clone());
    }
    let mut case =
        TestCase::new(format!("{} {}", v.model.as_deref().map(name).unwrap_or_default(), name(&place)).trim().to_string(), status);
    case.set_classname(format!("trulyopen.{}", v.rule));
    if v.severity != Severity::Error {
        case.set_system_out(format!("{}: {}\n{text}", v.severity, name(&v.message)));
    }
    if let Some(p) = v.places.first() {
        case.extra.insert("file".into(), name(&p.file).into());
        case.extra.insert("line".into(), p.line.to_string().into());
    }
    case
}

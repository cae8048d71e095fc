//! Errors that end a run before anything is judged. What a hub could not answer is not an error but
//! a [`crate::net::Gap`] in the evidence.

use crate::exit::Exit;

/// Everything that can stop a command, each with what the user can do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A target, flag value or combination that makes no sense.
    #[error("{message}")]
    Usage { message: String, help: Option<String> },
    /// A rule file that cannot be used. `report` names the file, line and key, with the line shown.
    #[error("{report}")]
    Rules { report: String },
    /// A file named on the command line that could not be read or written.
    #[error("cannot {action} {path}: {source}")]
    File { action: &'static str, path: String, source: std::io::Error },
    /// The output could not be written.
    #[error("cannot write the output: {0}")]
    Output(#[from] std::io::Error),
    /// The HTTP client could not be set up at all (a broken proxy setting, for example).
    #[error("cannot set up the HTTP client: {0}")]
    Client(String),
}

impl Error {
    /// A usage error with a hint.
    pub fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Error::Usage { message: message.into(), help: Some(help.into()) }
    }

    /// A usage error that needs no hint.
    pub fn wrong(message: impl Into<String>) -> Self {
        Error::Usage { message: message.into(), help: None }
    }

    /// What to do about it, where there is something to say.
    pub fn help(&self) -> Option<&str> {
        match self {
            Error::Usage { help, .. } => help.as_deref(),
            Error::Rules { .. } => Some("the files in rules/ of the source show every key; docs/reference/rules.md has an example"),
            _ => None,
        }
    }

    /// All of these are decided before a verdict, so all of them are exit code 2.
    pub fn exit(&self) -> Exit {
        Exit::Usage
    }
}

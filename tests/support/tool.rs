//! Runs the binary as a user does, with an environment in which nothing of this machine shows.

use super::HubServer;
use serde_json::Value;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A run that takes longer has hung.
const LIMIT: Duration = Duration::from_secs(40);

/// One run of the binary, being set up.
pub struct Tool {
    command: Command,
    stdin: Vec<u8>,
    home: TempDir,
}

/// What a run came to.
#[derive(Debug, Clone)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
}

impl Tool {
    /// The binary without arguments: no token, no proxy, no settings, an empty home, 100 columns.
    pub fn new() -> Tool {
        let home = TempDir::new().expect("a temporary home");
        let mut command = Command::new(env!("CARGO_BIN_EXE_trulyopen"));
        for (name, _) in std::env::vars_os() {
            let upper = name.to_string_lossy().to_uppercase();
            let families = ["HF_", "HUGGING", "MODELSCOPE_", "OLLAMA_", "GITHUB_", "TRULYOPEN_", "CLICOLOR"];
            let set_by_us = families.iter().any(|p| upper.starts_with(p));
            if set_by_us
                || upper.ends_with("_PROXY")
                || matches!(upper.as_str(), "CI" | "NO_COLOR" | "COLUMNS" | "TERM" | "SOURCE_DATE_EPOCH" | "XDG_CACHE_HOME")
                || upper.ends_with("_CA_BUNDLE")
                || upper.starts_with("SSL_CERT_")
            {
                command.env_remove(&name);
            }
        }
        command.env("HOME", home.path()).env("HF_HOME", home.path().join("hf")).env("COLUMNS", "100");
        command.current_dir(super::root());
        Tool { command, stdin: Vec::new(), home }
    }

    /// `trulyopen audit`.
    pub fn audit() -> Tool {
        Tool::new().arg("audit")
    }

    /// `trulyopen audit … --format json`.
    pub fn json() -> Tool {
        Tool::audit().args(["--format", "json"])
    }

    pub fn arg(mut self, arg: impl AsRef<std::ffi::OsStr>) -> Tool {
        self.command.arg(arg);
        self
    }

    pub fn args<S: AsRef<std::ffi::OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Tool {
        self.command.args(args);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Tool {
        self.command.env(name, value);
        self
    }

    pub fn cwd(mut self, dir: &Path) -> Tool {
        self.command.current_dir(dir);
        self
    }

    pub fn stdin(mut self, text: &str) -> Tool {
        self.stdin = text.as_bytes().to_vec();
        self
    }

    /// The empty home of this run.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// `--hub` on a directory.
    pub fn dir(self, dir: &Path) -> Tool {
        self.arg("--hub").arg(dir)
    }

    /// `--hub` on `fixtures/hub`.
    pub fn fixtures(self) -> Tool {
        self.dir(&super::fixture_hub())
    }

    /// `--hub` on a server, which is every other host too.
    pub fn hub(self, server: &HubServer) -> Tool {
        self.arg("--hub")
            .arg(server.base())
            .code_host(server)
            .env("MODELSCOPE_ENDPOINT", format!("{}/ms", server.base()))
            .env("TRULYOPEN_MODELSCOPE_INTL", format!("{}/ms-intl", server.base()))
            .env("TRULYOPEN_OLLAMA_REGISTRY", format!("{}/ol", server.base()))
    }

    /// The code host on a server.
    pub fn code_host(self, server: &HubServer) -> Tool {
        self.env("GITHUB_API_URL", format!("{}/gh", server.base())).env("TRULYOPEN_GITHUB_RAW", format!("{}/raw", server.base()))
    }

    /// The command as it would be run, for a test that handles the process itself. The home is gone
    /// when the returned directory is dropped.
    pub fn into_command(self) -> (Command, TempDir) {
        (self.command, self.home)
    }

    /// Runs it to its end.
    pub fn run(mut self) -> Run {
        let began = Instant::now();
        let mut child =
            self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
        let mut stdin = child.stdin.take().expect("stdin");
        let input = std::mem::take(&mut self.stdin);
        let feeder = std::thread::spawn(move || {
            // A run that reads no input may have ended already.
            let _ = stdin.write_all(&input);
        });
        let (out, err) = (drain(child.stdout.take().expect("stdout")), drain(child.stderr.take().expect("stderr")));
        let status = loop {
            if let Some(status) = child.try_wait().expect("the child can be waited for") {
                break status;
            }
            if began.elapsed() > LIMIT {
                child.kill().expect("the child can be stopped");
                panic!("{:?} hung for {LIMIT:?}", self.command);
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        let took = began.elapsed();
        feeder.join().expect("the input was fed");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the output is UTF-8");
        let run = Run {
            code: status.code().unwrap_or(-1),
            stdout: text(out.join().expect("stdout was read")),
            stderr: text(err.join().expect("stderr was read")),
            took,
        };
        assert!(!run.stderr.contains("panicked at"), "{:?} panicked: {}", self.command, run.stderr);
        run
    }
}

fn drain(mut pipe: impl Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).expect("the output can be read");
        bytes
    })
}

impl Run {
    /// Asserts the exit code.
    #[track_caller]
    pub fn code(self, code: i32) -> Run {
        assert_eq!(self.code, code, "exit code; stderr: {}\nstdout: {}", self.stderr, self.stdout);
        self
    }

    /// The document on standard output.
    #[track_caller]
    pub fn document(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("no JSON ({e}): {}\nstderr: {}", self.stdout, self.stderr))
    }

    /// The models of the document on standard output.
    #[track_caller]
    pub fn models(&self) -> Vec<Value> {
        super::list(&self.document(), "models").clone()
    }

    /// The only model of the document on standard output.
    #[track_caller]
    pub fn model(&self) -> Value {
        let mut models = self.models();
        assert_eq!(models.len(), 1, "one model");
        models.remove(0)
    }
}

//! Places on this machine: what strangers name or plant, disks that are full, directories that cannot be
//! written, several processes at once. Names that climb: `tests/hostile.rs`.
#![cfg(unix)]

use crate::support::{HubServer, TempHub, Tool, files_below, gaps};
use serde_json::{Value, json};
use std::os::unix::fs::{FileTypeExt, symlink};
use std::process::{Command, Stdio};
use tempfile::TempDir;

const MODEL: &str = "microsoft/phi-4";

fn dir() -> TempDir {
    TempDir::new().expect("a directory")
}

#[test]
fn planted_links_lead_nowhere() {
    for planted in ["huggingface", "huggingface/models", "huggingface/models/microsoft", "huggingface/models/microsoft/phi-4"] {
        let (outside, saved) = (dir(), dir());
        let link = saved.path().join(planted);
        std::fs::create_dir_all(link.parent().expect("a parent")).expect("create");
        symlink(outside.path(), &link).expect("link");
        let run = Tool::json().arg(MODEL).fixtures().arg("--save-evidence").arg(saved.path()).run().code(2);
        assert!(run.stderr.contains("is a link"), "{planted}: {}", run.stderr);
        assert_eq!(files_below(outside.path()), Vec::<String>::new(), "{planted}");
    }
    // A file that is a link is replaced, and what it leads to stays as it is.
    let (outside, saved) = (dir(), dir());
    let precious = outside.path().join("precious");
    std::fs::write(&precious, "precious").expect("write");
    for name in ["evidence.json", "out.json"] {
        symlink(&precious, saved.path().join(name)).expect("link");
    }
    let out = saved.path().join("out.json");
    Tool::json().arg(MODEL).fixtures().arg("--save-evidence").arg(saved.path()).arg("-o").arg(&out).run().code(0);
    assert_eq!(std::fs::read_to_string(&precious).expect("read"), "precious");
    assert!(std::fs::read_to_string(out).expect("read").contains("schema_version"));
    // The report's files, too.
    let report = dir();
    for name in ["index.html", "audit.json", "report.md"] {
        symlink(&precious, report.path().join(name)).expect("link");
    }
    Tool::new().args(["report", MODEL]).fixtures().arg("-o").arg(report.path()).run().code(0);
    assert_eq!(std::fs::read_to_string(&precious).expect("read"), "precious");
}

#[test]
fn no_half_files_are_left() {
    let saved = dir();
    Tool::json().arg(MODEL).fixtures().arg("--save-evidence").arg(saved.path()).run().code(0);
    assert!(files_below(saved.path()).iter().all(|f| !f.ends_with(".tmp")));
}

#[test]
fn names_that_are_long_or_odd() {
    let hub = TempHub::new();
    let long = format!("LICENSE-{}", "x".repeat(240));
    hub.model("o/n", &json!({"license": "mit"}), "A model.", &[]);
    let info = hub.model_dir("o/n").join("info.json");
    let mut record: Value = serde_json::from_slice(&std::fs::read(&info).expect("read")).expect("JSON");
    let files = record["siblings"].as_array_mut().expect("files");
    let names = [long.as_str(), "LICENSE-a:b", "LICENSE-\u{0}", "LICENSE-\\x", "LICENSE-\u{202e}x", "LICENSE-CON"];
    files.extend(names.iter().map(|n| json!({"rfilename": n, "size": 5})));
    std::fs::write(info, record.to_string()).expect("write");
    let saved = dir();
    let run = Tool::json().arg("o/n").dir(hub.path()).arg("--save-evidence").arg(saved.path()).run().code(3);
    assert_eq!(run.model()["verdict"], "weights-available", "a text that cannot be had is not taken for an open one");
    assert!(gaps(&run.model()).iter().any(|(_, why)| why == "malformed"), "{:?}", gaps(&run.model()));
    for id in ["../x", "o/..", "/etc/passwd/x", "o/n/../../x", "o\\n", "C:\\x", &format!("o/{}", "x".repeat(300))] {
        let run = Tool::json().arg(format!("hf:{id}")).dir(hub.path()).arg("--save-evidence").arg(saved.path()).run();
        assert_eq!(run.code, 2, "{id}: {}", run.stdout);
    }
}

#[test]
fn devices_are_written_to_and_stay_devices() {
    let dir = dir();
    let pipe = dir.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    let reader = Command::new("cat").arg(&pipe).stdout(Stdio::piped()).spawn().expect("cat runs");
    Tool::json().arg(MODEL).fixtures().arg("-o").arg(&pipe).run().code(0);
    let read = reader.wait_with_output().expect("cat ends").stdout;
    assert!(String::from_utf8_lossy(&read).contains("schema_version"));
    assert!(pipe.metadata().expect("it is there").file_type().is_fifo());
}

#[test]
fn a_full_disk_is_said() {
    let full = std::path::Path::new("/dev/full");
    if !full.exists() {
        return eprintln!("skipped: this system has no /dev/full");
    }
    let run = Tool::json().arg(MODEL).fixtures().arg("-o").arg(full).run().code(2);
    assert!(run.stderr.contains("/dev/full") && run.stderr.contains("space"), "{}", run.stderr);
    let (mut command, _home) = Tool::json().arg(MODEL).fixtures().into_command();
    let out =
        command.stdout(std::fs::File::options().write(true).open(full).expect("open")).stderr(Stdio::piped()).output().expect("it runs");
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&out.stderr).contains("cannot write the output"));
}

/// No file of more than a kilobyte can be written.
#[test]
fn evidence_that_cannot_be_kept_is_said_and_leaves_no_half_file() {
    let saved = dir();
    let run = |more: &[&str]| {
        let (inner, home) = Tool::json().args([MODEL, "--hub"]).arg(crate::support::fixture_hub()).args(more).into_command();
        let mut command = Command::new("bash");
        command.args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "bash"]).arg(inner.get_program()).args(inner.get_args());
        command.current_dir(crate::support::root());
        command.env_clear().env("HOME", home.path()).env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.output().expect("it runs")
    };
    let out = run(&["--save-evidence", saved.path().to_str().expect("UTF-8")]);
    assert_eq!(out.status.code(), Some(2), "{}", String::from_utf8_lossy(&out.stderr));
    assert!(String::from_utf8_lossy(&out.stderr).contains("cannot write"), "{}", String::from_utf8_lossy(&out.stderr));
    assert!(files_below(saved.path()).iter().all(|f| !f.ends_with(".tmp") && f != "evidence.json"), "{:?}", files_below(saved.path()));
    // Without anything to keep, it works as ever.
    assert_eq!(run(&[]).status.code(), Some(0));
}

#[test]
fn a_home_that_cannot_be_written() {
    let server = HubServer::fixtures();
    for (name, place) in [("HOME", "/proc/nowhere"), ("TRULYOPEN_CACHE", "/proc/nowhere"), ("XDG_CACHE_HOME", "/dev/null/x")] {
        let run = Tool::json().arg(MODEL).hub(&server).env(name, place).run().code(0);
        assert_eq!(run.model()["verdict"], "open-weights", "{name}");
    }
    for place in ["/proc/nowhere/out.json", "/dev/null/out.json"] {
        let run = Tool::json().arg(MODEL).fixtures().args(["-o", place]).run().code(2);
        assert!(run.stderr.contains(place), "{}", run.stderr);
    }
    let run = Tool::json().arg(MODEL).fixtures().args(["--save-evidence", "/proc/nowhere"]).run().code(2);
    assert!(run.stderr.contains("/proc/nowhere"), "{}", run.stderr);
}

#[test]
fn several_processes_share_one_cache() {
    let (server, cache) = (HubServer::fixtures(), dir());
    let audit = || Tool::json().args([MODEL, "deepseek-ai/DeepSeek-R1"]).hub(&server).env("TRULYOPEN_CACHE", cache.path());
    let outs: Vec<String> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..8).map(|_| scope.spawn(|| audit().run().code(0).stdout)).collect();
        runs.into_iter().map(|r| r.join().expect("a run")).collect()
    });
    let plain = |s: &str| s.replace("\"cache\"", "\"live\"");
    assert!(outs.iter().all(|o| plain(o).len() > 1000));
    let verdicts = |s: &str| -> Vec<Value> {
        let document: Value = serde_json::from_str(s).expect("JSON");
        document["models"].as_array().expect("models").iter().map(|m| m["verdict"].clone()).collect()
    };
    assert!(outs.iter().all(|o| verdicts(o) == verdicts(&outs[0])));
    assert!(files_below(cache.path()).iter().all(|f| !f.ends_with(".tmp")));
    let offline = audit().arg("--offline").run().code(0);
    assert_eq!(verdicts(&offline.stdout), verdicts(&outs[0]));
}

//! Inputs that fuzzing kept (`fuzz/corpus-min`), run again without a fuzzer: small, and made here.

#[path = "../../fuzz/src/targets.rs"]
#[allow(clippy::all, unreachable_pub, dead_code)]
mod targets;

use crate::support::{in_parallel, names, root};

#[test]
fn saved_inputs_of_every_target() {
    let saved = root().join("fuzz/corpus-min");
    let cases: Vec<_> = targets::ALL
        .iter()
        .flat_map(|(name, run)| {
            let dir = saved.join(name);
            let inputs = names(&dir);
            assert!(!inputs.is_empty(), "{name} has no saved input");
            inputs.into_iter().map(move |input| (*name, *run, dir.join(input))).collect::<Vec<_>>()
        })
        .collect();
    println!("{} inputs", cases.len());
    in_parallel(cases, |(name, run, path)| {
        let bytes = std::fs::read(&path).expect("read");
        println!("{name} {}", path.display());
        run(&bytes);
    });
}

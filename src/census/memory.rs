//! What is remembered, so that it is worked out once. Every memory is bounded; a full one is emptied, which costs
//! time and nothing else.

use foldhash::HashMap;
use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

/// Names that one worker remembers. Most names of a hub occur once, and the few that occur everywhere are soon known
/// again, so that a larger memory would only be slower.
const NAMES: usize = 1 << 13;

/// Entries that all workers share; real hubs have some thousands.
const SHARED: usize = 1 << 16;

/// Longer names are worked out each time, so that no memory holds more than a few megabytes.
const LONGEST: usize = 200;

/// What names come to, for one worker.
pub struct Memory<V>(HashMap<Box<str>, V>);

impl<V> Default for Memory<V> {
    fn default() -> Self {
        Memory(HashMap::default())
    }
}

impl<V: Clone> Memory<V> {
    /// The value of a name.
    pub fn get(&mut self, name: &str, work_out: impl FnOnce(&str) -> V) -> V {
        if let Some(known) = self.0.get(name) {
            return known.clone();
        }
        let value = work_out(name);
        if name.len() <= LONGEST {
            if self.0.len() >= NAMES {
                self.0.clear();
            }
            self.0.insert(name.into(), value.clone());
        }
        value
    }
}

/// What is dear to work out: a worker asks its own entries, then those of all workers.
pub struct Shared<K, V> {
    own: HashMap<K, V>,
    all: Arc<RwLock<HashMap<K, V>>>,
}

impl<K, V> Default for Shared<K, V> {
    fn default() -> Self {
        Shared { own: HashMap::default(), all: Arc::default() }
    }
}

impl<K, V> Clone for Shared<K, V> {
    /// For another worker.
    fn clone(&self) -> Self {
        Shared { own: HashMap::default(), all: Arc::clone(&self.all) }
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Shared<K, V> {
    /// What is known under a key.
    pub fn get<Q: Hash + Eq + ToOwned<Owned = O> + ?Sized, O: Into<K>>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        if let Some(known) = self.own.get(key) {
            return Some(known.clone());
        }
        let known = self.all.read().unwrap_or_else(PoisonError::into_inner).get(key)?.clone();
        add(&mut self.own, key.to_owned().into(), known.clone());
        Some(known)
    }

    /// Remembers a value, and gives it back.
    pub fn put(&mut self, key: K, value: V) -> V {
        add(&mut self.all.write().unwrap_or_else(PoisonError::into_inner), key.clone(), value.clone());
        add(&mut self.own, key, value.clone());
        value
    }
}

fn add<K: Eq + Hash, V>(to: &mut HashMap<K, V>, key: K, value: V) {
    if to.len() >= SHARED {
        to.clear();
    }
    to.insert(key, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_worker_knows_the_others_know() {
        let mut one: Shared<Box<str>, u8> = Shared::default();
        let mut other = one.clone();
        assert_eq!((one.get("a"), other.get("a")), (None, None));
        assert_eq!(one.put("a".into(), 1), 1);
        assert_eq!((one.get("a"), other.get("a"), other.get("b")), (Some(1), Some(1), None));
    }

    #[test]
    fn a_full_memory_is_emptied() {
        let mut memory: Memory<usize> = Memory::default();
        for n in 0..NAMES + 1 {
            assert_eq!(memory.get(&n.to_string(), |_| n), n);
        }
        assert_eq!(memory.0.len(), 1);
        let mut worked_out = 0;
        for _ in 0..2 {
            memory.get(&"x".repeat(LONGEST + 1), |_| {
                worked_out += 1;
                0
            });
        }
        assert_eq!(worked_out, 2);
    }
}

//! Chance that is the same in every run.

use serde_json::{Value as Json, json};

/// Numbers by SplitMix64, a public-domain generator whose state is a counter.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Chance(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("a small number");
        usize::try_from(self.next() % end).expect("a small number")
    }

    /// Whether something happens that happens once in so many times.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of several.
    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// One, or a list of up to three.
    pub fn some_of(&mut self, all: &[&str]) -> Json {
        if self.one_in(2) {
            return json!(self.one_of(all));
        }
        let count = 1 + self.below(3);
        let some: Vec<&str> = (0..count).map(|_| *self.one_of(all)).collect();
        json!(some)
    }
}

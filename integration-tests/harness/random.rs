//! Random numbers that a seed repeats, and numbers from the environment.

/// Random numbers from a seed (SplitMix64).
pub struct Random(u64);

impl Random {
    /// The numbers of one seed.
    pub fn of(seed: u64) -> Self {
        Random(seed)
    }

    /// A seed from the system.
    pub fn seed() -> u64 {
        let random = getrandom::u32();
        random.expect("the system gives random numbers").into()
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of `all`.
    pub fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        let index = self.below(all.len() as u64);
        all[usize::try_from(index).expect("an index")].clone()
    }
}

/// The number in an environment variable, if the variable is set.
pub fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}
